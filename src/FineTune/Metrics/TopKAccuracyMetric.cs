using static TorchSharp.torch;

namespace FineTune;

internal sealed class TopKAccuracyMetric(string name, int k) : MeanMetric(name, MetricDirection.HigherIsBetter)
{
    public override string ToString() => FormattableString.Invariant($"{Name}(k: {k})");

    protected override Tensor PerSample(Tensor output, Tensor target)
    {
        if (output.dim() != 2)
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}]; expected a logit for each class: "
                + "[samples, classes].");
        }

        var wanted = ClassIndices.Of(target, output);
        if (k == 1)
        {
            return output.argmax(1).eq(wanted);
        }

        // With k at or above the number of classes, every class is among the first k.
        var (_, indices) = output.topk((int)Math.Min(k, output.size(1)), 1, true, true);
        return indices.eq(wanted.unsqueeze(1)).any(1);
    }
}
