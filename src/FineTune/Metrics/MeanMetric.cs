using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>A metric that is the mean of a number which each sample has: an accuracy, an error.</summary>
/// <example><code>
/// sealed class MeanAbsoluteError() : MeanMetric("mean_absolute_error", MetricDirection.LowerIsBetter)
/// {
///     protected override Tensor PerSample(Tensor output, Tensor target) => (output - target).abs().flatten(1).mean([1]);
/// }
/// </code></example>
public abstract class MeanMetric : Metric
{
    /// <summary>A mean with a name.</summary>
    protected MeanMetric(string name, MetricDirection direction)
        : base(name, direction)
    {
    }

    /// <inheritdoc/>
    public sealed override MetricState Start() => new Mean(this);

    /// <summary>The number of each sample, of any shape: every element counts as one.</summary>
    protected abstract Tensor PerSample(Tensor output, Tensor target);

    private sealed class Mean(MeanMetric metric) : MetricState
    {
        private double sum;
        private long count;

        public override double Value => count == 0 ? double.NaN : sum / count;

        public override void Add(Tensor output, Tensor target)
        {
            using var values = metric.PerSample(output, target);
            using var total = values.to_type(ScalarType.Float64).sum();
            sum += total.ToDouble();
            count += values.numel();
        }

        public override IReadOnlyList<double> Save() => [sum, count];

        public override void Restore(IReadOnlyList<double> saved) => (sum, count) = (saved[0], (long)saved[1]);
    }
}
