namespace FineTune;

/// <summary>What a confusion matrix says of a class: 0 where there is nothing to divide by, as in <see cref="Metrics"/>.</summary>
/// <param name="Precision">How many of the samples taken for it are of it.</param>
/// <param name="Recall">How many of its samples are taken for it.</param>
/// <param name="Samples">How many are of it.</param>
internal sealed record ClassScores(double Precision, double Recall, long Samples)
{
    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1 => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    public static IReadOnlyList<ClassScores> Of(ConfusionMatrix matrix) =>
    [
        .. Enumerable.Range(0, matrix.Classes).Select(number =>
        {
            var (right, wrong, missed) = (matrix.TruePositives(number), matrix.FalsePositives(number), matrix.FalseNegatives(number));
            return new ClassScores(Ratio(right, right + wrong), Ratio(right, right + missed), right + missed);
        }),
    ];

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
