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
            var output = batch.Forward(compiled, device);
            var target = device.Move(batch.Target);
            var loss = BatchLoss.Of(compiled.Loss, output, target);
            states.Add(new WeightedSum(loss.Sum.ToDouble(), loss.Weight), output, target);
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
            confusion.Add(compiled.Model.call(device.Move(batch.Input)), device.Move(batch.Target));
        }

        return confusion.Matrix!;
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
        compiled.Model.call(device.Move(input)).detach().clone();
}
