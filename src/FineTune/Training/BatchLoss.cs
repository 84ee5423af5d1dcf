using System.Runtime.InteropServices;
using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The loss of a batch: the sum over its samples, as a tensor to go back from, and what the samples count.</summary>
internal readonly record struct BatchLoss(Tensor Sum, double Weight)
{
    /// <summary>The loss of a batch whose targets were found to be right.</summary>
    public static BatchLoss Of(Loss loss, Tensor output, Tensor target, Tensor? sampleWeights = null)
    {
        var losses = PerSample(loss, output, target);
        var samples = output.size(0);
        var counts = loss.SampleWeights(target);
        if (sampleWeights is not null)
        {
            sampleWeights = sampleWeights.to(losses.device);
            losses = losses * sampleWeights;
            counts = counts is null ? sampleWeights : counts * sampleWeights;
        }

        return new BatchLoss(losses.sum(), counts is null ? samples : counts.to_type(ScalarType.Float64).sum().ToDouble());
    }

    /// <summary>The loss of each sample, in single precision where outputs are in half.</summary>
    /// <exception cref="FineTuneException">The loss cannot be computed of such outputs and targets.</exception>
    public static Tensor PerSample(Loss loss, Tensor output, Tensor target)
    {
        Tensor losses;
        try
        {
            losses = loss.PerSample(
                output.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? output.to_type(ScalarType.Float32) : output, target);
        }
        catch (ExternalException exception)
        {
            throw new FineTuneException(
                $"The loss {loss.Name} cannot be computed of an output of {ForwardFault.Described(output)} and a target of "
                    + $"{ForwardFault.Described(target)}: {ForwardFault.FirstLine(exception)}.",
                exception);
        }

        var samples = output.size(0);
        return losses.dim() == 1 && losses.size(0) == samples
            ? losses
            : throw new FineTuneException(
                $"The loss {loss.Name} returned the shape [{string.Join(", ", losses.shape)}] for {samples} samples; "
                    + "expected one number for each sample.");
    }

    /// <exception cref="FineTuneException">A target is not what the loss takes; the sentence names its sample.</exception>
    public static void CheckTargets(Loss loss, Tensor output, Tensor target, IReadOnlyList<int> indices, IDataset? data)
    {
        if (loss.Check(output, target) is { } fault)
        {
            throw new FineTuneException(
                data is null || fault.Row >= indices.Count
                    ? $"The target in row {fault.Row} of the batch {fault.Message}"
                    : $"The target of {data.Describe(indices[fault.Row])} {fault.Message}");
        }
    }
}
