using System.Globalization;

namespace FineTune;

/// <summary>The metrics that a model can be compiled with. All take logits, as the losses do.</summary>
public static class Metrics
{
    /// <summary>How many of the yes-or-no answers are right.</summary>
    /// <param name="threshold">The probability above which an answer is yes.</param>
    /// <param name="name">The name in the history.</param>
    public static Metric BinaryAccuracy(double threshold = 0.5, string name = "accuracy")
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold is a probability above 0 and below 1.");
        }

        return new BinaryAccuracyMetric(name, threshold);
    }

    /// <summary>In how many samples the class with the highest logit is the wanted one.</summary>
    /// <param name="name">The name in the history.</param>
    public static Metric CategoricalAccuracy(string name = "accuracy") => new TopKAccuracyMetric(name, 1);

    /// <summary>In how many samples the wanted class is among the <paramref name="k"/> with the highest logits.</summary>
    /// <param name="k">At least 1.</param>
    /// <param name="name">The name in the history; <c>top_5_accuracy</c> for k = 5.</param>
    public static Metric TopKAccuracy(int k = 5, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return new TopKAccuracyMetric(name ?? string.Create(CultureInfo.InvariantCulture, $"top_{k}_accuracy"), k);
    }
}
