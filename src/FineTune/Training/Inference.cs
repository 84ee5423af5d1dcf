using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Forward passes that change nothing.</summary>
internal static class Inference
{
    public static Evaluation Evaluate(CompiledModel compiled, FeatureBatches batches, CancellationToken cancellationToken)
    {
        using var mode = new InferenceMode(compiled.Model);
        using var states = new MetricStates(compiled.Metrics);
        var device = ModelDevice.Of(compiled.Model);
        var samples = 0;
        foreach (var batch in Each(batches.Epoch(0), cancellationToken))
        {
            using var scope = torch.NewDisposeScope();
            var output = batch.Forward(compiled.Model, device);
            var target = device.Move(batch.Target);
            BatchLoss.CheckTargets(compiled.Loss, output, batch.Target, batch.Indices, batches.Loader.Data);
            var loss = BatchLoss.Of(compiled.Loss, output, target);
            states.Add(new WeightedSum(loss.Sum.ToDouble(), loss.Weight), output, target, compiled.Loss.Counted(batch.Target));
            samples += batch.Count;
        }

        return new Evaluation(states.Loss, states.Values.ToDictionary(), samples, batches.Loader.SkippedSamples);
    }

    public static ConfusionMatrix Confusion(
        CompiledModel compiled, IDataset data, double threshold, BatchOptions batches, CancellationToken cancellationToken)
    {
        using var mode = new InferenceMode(compiled.Model);
        var confusion = new Confusion(threshold);
        var device = ModelDevice.Of(compiled.Model);
        foreach (var batch in Each(new BatchLoader(data, batches).Epoch(0), cancellationToken))
        {
            using var scope = torch.NewDisposeScope();
            Add(compiled, confusion, batch, data, device);
        }

        return confusion.Matrix
            ?? throw new FineTuneException("No sample of the data counts: each has the target that the loss ignores.");
    }

    /// <summary>Adds a batch, and says of each of its samples what it is and what it was taken for. One that does not count is left
    /// out.</summary>
    public static IEnumerable<(int Index, int Wanted, int Predicted)> Add(
        CompiledModel compiled, Confusion confusion, Batch batch, IDataset data, ModelDevice device)
    {
        using var scope = torch.NewDisposeScope();
        var output = Answer(compiled, device, batch.Input);
        var target = batch.Target;
        BatchLoss.CheckTargets(compiled.Loss, output, target, batch.Indices, data);
        var indices = batch.Indices;
        if (compiled.Loss.Counted(target) is { } counted)
        {
            output = output[counted.to(output.device)];
            target = target[counted.to(target.device)];
            indices = [.. indices.Zip(counted.Values<bool>()).Where(pair => pair.Second).Select(pair => pair.First)];
        }

        return indices.Count == 0
            ? []
            : [.. indices.Zip(confusion.Add(output, device.Move(target)), (index, pair) => (index, pair.Wanted, pair.Predicted))];
    }

    public static Tensor Predict(CompiledModel compiled, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        FreeMemory.GiveBack();
        using var mode = new InferenceMode(compiled.Model);
        using var scope = torch.NewDisposeScope();
        return Forward(compiled, ModelDevice.Of(compiled.Model), input).MoveToOuterDisposeScope();
    }

    public static Tensor Predict(CompiledModel compiled, IDataset data, BatchOptions batches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var mode = new InferenceMode(compiled.Model);
        using var all = torch.NewDisposeScope();
        var device = ModelDevice.Of(compiled.Model);
        var outputs = new List<Tensor>();
        foreach (var batch in Each(new BatchLoader(data, batches).Epoch(0), cancellationToken))
        {
            using var scope = torch.NewDisposeScope();
            outputs.Add(Forward(compiled, device, batch.Input).MoveToOuterDisposeScope());
        }

        return torch.cat(outputs, 0).MoveToOuterDisposeScope();
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
    private static Tensor Forward(CompiledModel compiled, ModelDevice device, Tensor input) =>
        Answer(compiled, device, input).detach().clone();

    private static Tensor Answer(CompiledModel compiled, ModelDevice device, Tensor input)
    {
        var there = device.Input(input);
        return ForwardFault.Explained(compiled.Model, [there], () => compiled.Model.call(there));
    }
}
