using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

internal sealed class MeanAbsoluteErrorMetric(string name) : MeanMetric(name, MetricDirection.LowerIsBetter)
{
    protected override Tensor PerSample(Tensor output, Tensor target) => Difference.Of(Name, output, target).abs();
}

internal sealed class MeanSquaredErrorMetric(string name) : MeanMetric(name, MetricDirection.LowerIsBetter)
{
    protected override Tensor PerSample(Tensor output, Tensor target) => Difference.Of(Name, output, target).square();
}

/// <summary>One minus the squared error as a fraction of the targets' variance.</summary>
internal sealed class RSquaredMetric(string name) : Metric(name, MetricDirection.HigherIsBetter)
{
    public override MetricState Start() => new Sums(Name);

    // Welford's running variance, batch by batch: sums of squares would cancel where targets are far from zero.
    private sealed class Sums(string name) : MetricState
    {
        private double error, mean, deviation;
        private long count;

        public override IReadOnlyList<double> Save() => [error, mean, deviation, count];

        public override void Restore(IReadOnlyList<double> saved) =>
            (error, mean, deviation, count) = (saved[0], saved[1], saved[2], (long)saved[3]);

        public override double Value => deviation > 0 ? 1 - error / deviation : double.NaN;

        public override void Add(Tensor output, Tensor target)
        {
            using var scope = torch.NewDisposeScope();
            error += Difference.Of(name, output, target).square().sum().ToDouble();
            foreach (var value in target.reshape(-1).to_type(ScalarType.Float64).Values<double>())
            {
                var before = value - mean;
                mean += before / ++count;
                deviation += before * (value - mean);
            }
        }
    }
}

/// <summary>Output minus target in double precision, whatever their dimensions of one.</summary>
internal static class Difference
{
    public static Tensor Of(string name, Tensor output, Tensor target)
    {
        if (output.numel() != target.numel())
        {
            throw new FineTuneException(
                $"{name} got an output of shape [{string.Join(", ", output.shape)}] and a target of shape "
                + $"[{string.Join(", ", target.shape)}]; expected as many targets as outputs.");
        }

        return output.to_type(ScalarType.Float64).reshape(-1) - target.to_type(ScalarType.Float64).reshape(-1);
    }
}
