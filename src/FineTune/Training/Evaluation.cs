using System.Globalization;

namespace FineTune;

/// <summary>Loss and metrics over a whole set.</summary>
/// <param name="Loss">The mean loss, exact over the set.</param>
/// <param name="Metrics">The metrics by name, without <c>val_</c>.</param>
/// <param name="Samples">The number of samples.</param>
/// <param name="SkippedSamples">The number of samples that were left out because they cannot be read.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics, int Samples, int SkippedSamples = 0)
{
    /// <summary>A metric by name; <c>loss</c> is the loss.</summary>
    /// <exception cref="KeyNotFoundException">There is no such metric.</exception>
    public double this[string metric] =>
        metric == "loss" ? Loss
        : Metrics.TryGetValue(metric, out var value) ? value
        : throw new KeyNotFoundException(
            $"The evaluation has no '{metric}'; it has {string.Join(", ", Metrics.Keys.Prepend("loss"))}.");

    /// <summary>All numbers on one line: <c>loss 0.3466, accuracy 0.8500</c>.</summary>
    public override string ToString() => string.Join(", ",
        Metrics.Prepend(new("loss", Loss)).Select(metric =>
            string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:F4}")));
}
