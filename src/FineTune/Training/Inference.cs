using FineTune.Data;
using TorchSharp;

namespace FineTune;

/// <summary>Forward passes that change nothing.</summary>
internal static class Inference
{
    public static Evaluation Evaluate(CompiledModel compiled, FeatureBatches batches, CancellationToken cancellationToken)
    {
        using var mode = new InferenceMode(compiled.Model);
        using var states = new MetricStates(compiled.Metrics, compiled.Loss);
        var device = ModelDevice.Of(compiled.Model);
        var samples = 0;
        foreach (var batch in Each(batches.Epoch(0).Where(batch => batch.Count > 0), cancellationToken))
        {
            using var scope = torch.NewDisposeScope();
            var outputs = batch.Forward(compiled.Tunable, device);
            var targets = device.Move(batch.Targets);
            BatchLoss.CheckTargets(compiled.Loss, outputs, batch.Targets, batch.Indices, batches.Loader.Data);
            var loss = BatchLoss.Of(compiled.Loss, outputs, targets);
            states.Add(new WeightedSum(loss.Sum.ToDouble(), loss.Weight), outputs, targets);
            samples += batch.Count;
        }

        return new Evaluation(states.Loss, states.Values.ToDictionary(), samples, batches.Loader.SkippedSamples);
    }

    public static ConfusionMatrix Confusion(
        CompiledModel compiled, IDataset data, double threshold, BatchOptions batches, CancellationToken cancellationToken)
    {
        using var mode = new InferenceMode(compiled.Model);
        var term = OfClasses(compiled.Loss) ?? throw new FineTuneException(
            $"The loss {compiled.Loss} does not say which one of the model's outputs is that of classes, so they cannot be counted.");
        var confusion = new Confusion(threshold);
        var device = ModelDevice.Of(compiled.Model);
        foreach (var batch in Each(new BatchLoader(data, batches).Epoch(0), cancellationToken))
        {
            using var scope = torch.NewDisposeScope();
            Add(compiled, term, confusion, batch, data, device);
        }

        return confusion.Matrix
            ?? throw new FineTuneException("No sample of the data counts: each has the target that the loss ignores.");
    }

    /// <summary>The output whose classes are counted: the only one, or the only one that is compared by a cross-entropy.</summary>
    public static LossTerm? OfClasses(Loss loss)
    {
        if (loss.Terms is [var only])
        {
            return only;
        }

        var some = loss.Terms.Where(term => term.Loss is BinaryCrossEntropyLoss or CategoricalCrossEntropyLoss).ToList();
        return some is [var one] ? one : null;
    }

    /// <summary>Adds a batch, and says of each of its samples what it is and what it was taken for. One that does not count is left
    /// out.</summary>
    public static IEnumerable<ClassAnswer> Add(
        CompiledModel compiled, LossTerm term, Confusion confusion, Batch batch, IDataset data, ModelDevice device)
    {
        using var scope = torch.NewDisposeScope();
        var outputs = Answer(compiled, device, batch.Inputs);
        BatchLoss.CheckTargets(compiled.Loss, outputs, batch.Targets, batch.Indices, data);
        var (output, target) = (outputs[term.Output], batch.Targets[term.Target]);
        var indices = batch.Indices;
        if (term.Loss.Counted(target) is { } counted)
        {
            output = output[counted.to(output.device)];
            target = target[counted.to(target.device)];
            indices = [.. indices.Zip(counted.Values<bool>()).Where(pair => pair.Second).Select(pair => pair.First)];
        }

        return indices.Count == 0 ? [] : ClassAnswer.Of(indices, confusion.Add(output, device.Move(target)), output, term.Loss);
    }

    public static Tensors Predict(CompiledModel compiled, Tensors inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        FreeMemory.GiveBack();
        using var mode = new InferenceMode(compiled.Model);
        using var scope = torch.NewDisposeScope();
        return Forward(compiled, ModelDevice.Of(compiled.Model), inputs).Select(output => output.MoveToOuterDisposeScope());
    }

    public static Tensors Predict(CompiledModel compiled, IDataset data, BatchOptions batches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var mode = new InferenceMode(compiled.Model);
        using var all = torch.NewDisposeScope();
        var device = ModelDevice.Of(compiled.Model);
        var outputs = new List<Tensors>();
        foreach (var batch in Each(new BatchLoader(data, batches).Epoch(0), cancellationToken))
        {
            using var scope = torch.NewDisposeScope();
            outputs.Add(Forward(compiled, device, batch.Inputs).Select(output => output.MoveToOuterDisposeScope()));
        }

        return
        [
            .. Enumerable.Range(0, outputs[0].Count)
                .Select(number => torch.cat([.. outputs.Select(batch => batch[number])], 0).MoveToOuterDisposeScope()),
        ];
    }

    /// <summary>Batches, each disposed of when the next is asked for; what is free is given back between two of them.</summary>
    public static IEnumerable<T> Each<T>(IEnumerable<T> batches, CancellationToken cancellationToken = default)
        where T : IDisposable
    {
        foreach (var batch in batches)
        {
            using var owned = batch;
            cancellationToken.ThrowIfCancellationRequested();
            FreeMemory.GiveBack();
            yield return batch;
        }
    }

    // A model may hand back a view of its input or of its weights; what is returned is the caller's own.
    private static Tensors Forward(CompiledModel compiled, ModelDevice device, Tensors inputs) =>
        Answer(compiled, device, inputs).Select(output => output.detach().clone());

    private static Tensors Answer(CompiledModel compiled, ModelDevice device, Tensors inputs)
    {
        var there = device.Input(inputs);
        return ForwardFault.Explained(compiled.Model, there, () => compiled.Tunable.Call(there));
    }
}
