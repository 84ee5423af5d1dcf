using static TorchSharp.torch;

namespace FineTune;

internal sealed class BinaryAccuracyMetric(string name, double threshold) : MeanMetric(name, MetricDirection.HigherIsBetter)
{
    // A probability is above the threshold where its logit is above the threshold's.
    private readonly double logit = Math.Log(threshold / (1 - threshold));

    protected override Tensor PerSample(Tensor output, Tensor target)
    {
        if (output.numel() != target.numel())
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}] and a target of shape "
                + $"[{string.Join(", ", target.shape)}]; expected as many targets as outputs.");
        }

        var wanted = Shapes.Equal(target, output) ? target : target.reshape(output.shape);
        return output.gt(logit).eq((wanted.dtype == output.dtype ? wanted : wanted.to_type(output.dtype)).gt(0.5));
    }
}
