using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The loss of a batch: the sum over its samples, as a tensor to go back from, and what the samples count.</summary>
internal readonly record struct BatchLoss(Tensor Sum, double Weight)
{
    /// <summary>The loss of a batch whose targets were found to be right.</summary>
    public static BatchLoss Of(Loss loss, Tensors outputs, Tensors targets, Tensor? sampleWeights = null)
    {
        var losses = PerSample(loss, outputs, targets);
        var counts = loss.SampleWeightsOf(targets);
        if (sampleWeights is not null)
        {
            sampleWeights = sampleWeights.to(losses.device);
            losses = losses * sampleWeights;
            counts = counts is null ? sampleWeights : counts * sampleWeights;
        }

        return new BatchLoss(losses.sum(), counts is null ? losses.size(0) : counts.to_type(ScalarType.Float64).sum().ToDouble());
    }

    /// <summary>This loss by a share, and another of the same outputs by the rest.</summary>
    public BatchLoss MixedWith(BatchLoss other, double share)
    {
        using Scalar ofThis = share, ofOther = 1 - share;
        return new(Sum * ofThis + other.Sum * ofOther, Weight * share + other.Weight * (1 - share));
    }

    /// <summary>The loss of each sample, in single precision where outputs are in half.</summary>
    /// <exception cref="FineTuneException">The loss cannot be computed of such outputs and targets.</exception>
    public static Tensor PerSample(Loss loss, Tensors outputs, Tensors targets)
    {
        Tensor losses;
        try
        {
            losses = loss.PerSample(outputs.Select(InSinglePrecision), targets);
        }
        catch (Exception exception) when (ForwardFault.Is(exception))
        {
            throw new FineTuneException(
                $"The loss {loss.Name} cannot be computed of an output of {ForwardFault.Described(outputs)} and a target of "
                    + $"{ForwardFault.Described(targets)}: {ForwardFault.FirstLine(exception)}.",
                exception);
        }

        var samples = outputs[0].size(0);
        return losses.dim() == 1 && losses.size(0) == samples
            ? losses
            : throw new FineTuneException(
                $"The loss {loss.Name} returned the shape [{string.Join(", ", losses.shape)}] for {samples} samples; "
                    + "expected one number for each sample.");
    }

    private static Tensor InSinglePrecision(Tensor output) =>
        output.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? output.to_type(ScalarType.Float32) : output;

    /// <exception cref="FineTuneException">A target is not what the loss takes; the sentence names its sample.</exception>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">What the model returned, or would of fewer samples.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="indices">Which samples they are of; null for all of the data, in order.</param>
    /// <param name="data">The data, where somebody knows it.</param>
    public static void CheckTargets(Loss loss, Tensors outputs, Tensors targets, IReadOnlyList<int>? indices, IDataset? data)
    {
        loss.ThrowUnlessTakes(outputs, targets);
        for (var i = 0; i < loss.Terms.Count; i++)
        {
            var term = loss.Terms[i];
            if (term.Loss.Check(outputs[term.Output], targets[term.Target]) is not { } fault)
            {
                continue;
            }

            var whose = data is null || fault.Row >= indices?.Count
                ? $"in row {fault.Row} of the batch"
                : $"of {data.Describe(indices is null ? fault.Row : indices[fault.Row])}";
            throw new FineTuneException($"The target {(term.Name is null ? "" : $"for '{term.Name}' ")}{whose} {fault.Message}");
        }
    }
}
