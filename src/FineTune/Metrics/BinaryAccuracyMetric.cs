using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

internal sealed class BinaryAccuracyMetric(string name, double threshold) : MeanMetric(name, MetricDirection.HigherIsBetter)
{
    private static readonly Scalar Half = 0.5;

    // A probability is above the threshold where its logit is above the threshold's.
    private readonly Scalar logit = Math.Log(threshold / (1 - threshold));

    public override string ToString() => FormattableString.Invariant($"{Name}(threshold: {threshold})");

    protected override Tensor PerSample(Tensor output, Tensor target)
    {
        if (output.numel() != target.numel())
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}] and a target of shape "
                + $"[{string.Join(", ", target.shape)}]; expected as many targets as outputs.");
        }

        return output.gt(logit).eq(Shapes.Like(target, output).gt(Half));
    }
}
