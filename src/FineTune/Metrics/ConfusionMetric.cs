using static TorchSharp.torch;

namespace FineTune;

/// <summary>A metric that follows from the confusion matrix. One output means two classes, told apart at a threshold.</summary>
internal sealed class ConfusionMetric(
    string name, Averaging averaging, double threshold, Func<long, long, long, double> ofCounts)
    : Metric(name, MetricDirection.HigherIsBetter)
{
    public override MetricState Start() => new Counting(this, new Confusion(threshold));

    public override string ToString() => FormattableString.Invariant($"{Name}(averaging: {averaging}, threshold: {threshold})");

    private double Of(ConfusionMatrix matrix)
    {
        if (averaging == Averaging.Binary)
        {
            return matrix.Classes == 2
                ? Of(matrix, 1)
                : throw new FineTuneException($"{Name} of {matrix.Classes} classes needs Averaging.Micro or Averaging.Macro.");
        }

        var classes = Enumerable.Range(0, matrix.Classes);
        return averaging == Averaging.Macro
            ? classes.Average(of => Of(matrix, of))
            : ofCounts(classes.Sum(matrix.TruePositives), classes.Sum(matrix.FalsePositives), classes.Sum(matrix.FalseNegatives));
    }

    private double Of(ConfusionMatrix matrix, int of) =>
        ofCounts(matrix.TruePositives(of), matrix.FalsePositives(of), matrix.FalseNegatives(of));

    private sealed class Counting(ConfusionMetric metric, Confusion confusion) : MetricState
    {
        public override double Value => confusion.Matrix is { } matrix ? metric.Of(matrix) : double.NaN;

        public override void Add(Tensor output, Tensor target) => confusion.Add(output, target);

        public override IReadOnlyList<double> Save() => confusion.Matrix?.Save() ?? [];

        public override void Restore(IReadOnlyList<double> saved) => confusion.Restore(saved);
    }
}
