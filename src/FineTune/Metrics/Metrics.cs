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
        ThrowUnlessProbability(threshold);
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

    /// <summary>How many of the samples taken for a class are of it. 0 where none is.</summary>
    /// <param name="averaging">How classes are combined; a model with one output has two of them.</param>
    /// <param name="threshold">With one output, the probability above which an answer is yes.</param>
    /// <param name="name">The name in the history.</param>
    public static Metric Precision(Averaging averaging = Averaging.Binary, double threshold = 0.5, string name = "precision") =>
        Counted(name, averaging, threshold, (right, wrong, _) => Ratio(right, right + wrong));

    /// <summary>How many of the samples of a class are taken for it. 0 where there is none.</summary>
    /// <inheritdoc cref="Precision"/>
    public static Metric Recall(Averaging averaging = Averaging.Binary, double threshold = 0.5, string name = "recall") =>
        Counted(name, averaging, threshold, (right, _, missed) => Ratio(right, right + missed));

    /// <summary>The harmonic mean of precision and recall. 0 where both are.</summary>
    /// <inheritdoc cref="Precision"/>
    public static Metric F1(Averaging averaging = Averaging.Binary, double threshold = 0.5, string name = "f1") =>
        Counted(name, averaging, threshold, (right, wrong, missed) => Ratio(2 * right, 2 * right + wrong + missed));

    /// <summary>
    /// The area under the receiver operating characteristic of a model with one output, exact and without a grid of
    /// thresholds. NaN where a set has samples of one kind only.
    /// </summary>
    /// <param name="name">The name in the history.</param>
    public static Metric AUC(string name = "auc") => new AreaUnderCurve(name);

    /// <summary>The mean of absolute differences, over all elements.</summary>
    /// <param name="name">The name in the history.</param>
    public static Metric MeanAbsoluteError(string name = "mean_absolute_error") => new MeanAbsoluteErrorMetric(name);

    /// <summary>The mean of squared differences, over all elements.</summary>
    /// <param name="name">The name in the history.</param>
    public static Metric MeanSquaredError(string name = "mean_squared_error") => new MeanSquaredErrorMetric(name);

    /// <summary>How much of the targets' variance the outputs explain (R²). NaN where all targets are equal.</summary>
    /// <param name="name">The name in the history.</param>
    public static Metric RSquared(string name = "r_squared") => new RSquaredMetric(name);

    private static ConfusionMetric Counted(string name, Averaging averaging, double threshold, Func<long, long, long, double> ofCounts)
    {
        ThrowUnlessProbability(threshold);
        return new ConfusionMetric(name, averaging, threshold, ofCounts);
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static void ThrowUnlessProbability(double threshold)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold must be a probability above 0 and below 1.");
        }
    }
}
