using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The loss of a batch: the sum over its samples, as a tensor to go back from, and what the samples count.</summary>
internal readonly record struct BatchLoss(Tensor Sum, double Weight)
{
    public static BatchLoss Of(Loss loss, Tensor output, Tensor target, Tensor? sampleWeights = null)
    {
        var losses = loss.PerSample(output, target);
        var samples = output.size(0);
        if (losses.dim() != 1 || losses.size(0) != samples)
        {
            throw new FineTuneException(
                $"The loss {loss.Name} returned the shape [{string.Join(", ", losses.shape)}] for {samples} samples; "
                + "expected one number for each sample.");
        }

        var counts = loss.SampleWeights(target);
        if (sampleWeights is not null)
        {
            sampleWeights = sampleWeights.to(losses.device);
            losses = losses * sampleWeights;
            counts = counts is null ? sampleWeights : counts * sampleWeights;
        }

        return new BatchLoss(losses.sum(), counts is null ? samples : counts.to_type(ScalarType.Float64).sum().ToDouble());
    }
}
