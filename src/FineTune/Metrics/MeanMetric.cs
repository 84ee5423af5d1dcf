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
        // Where the model computes: to ask for its value would wait for all that is under way there.
        private Tensor? sum;
        private long count;

        public override double Value => count == 0 ? double.NaN : sum!.ToDouble() / count;

        public override void Add(Tensor output, Tensor target)
        {
            using var values = metric.PerSample(output, target);
            using var doubles = values.to_type(ScalarType.Float64);
            var total = doubles.sum();
            count += values.numel();
            if (sum is null)
            {
                sum = total.DetachFromDisposeScope();
                return;
            }

            if (sum.device_type != total.device_type || sum.device_index != total.device_index)
            {
                var moved = sum.to(total.device).DetachFromDisposeScope();
                sum.Dispose();
                sum = moved;
            }

            sum.add_(total);
            total.Dispose();
        }

        public override IReadOnlyList<double> Save() => [sum?.ToDouble() ?? 0, count];

        public override void Restore(IReadOnlyList<double> saved)
        {
            sum?.Dispose();
            sum = torch.tensor(saved[0]).DetachFromDisposeScope();
            count = (long)saved[1];
        }

        public override void Dispose()
        {
            sum?.Dispose();
            base.Dispose();
        }
    }
}
