namespace FineTune.Data;

/// <summary>Weights that make up for classes of unequal size.</summary>
public static class ClassWeights
{
    /// <summary>
    /// How much each class should count in a loss: samples / (classes × samples of the class), so that all classes count
    /// the same together and samples one on average (scikit-learn's <c>balanced</c>).
    /// </summary>
    /// <exception cref="FineTuneException">A class has no sample.</exception>
    public static IReadOnlyList<double> Balanced(IClassified data)
    {
        var counts = Counts(data);
        return [.. counts.Select(count => (double)data.Count / (counts.Length * count))];
    }

    /// <summary>
    /// How likely each sample should be drawn so that each class is drawn the same, for
    /// <see cref="BatchOptions.SamplingWeights"/>: one over the samples of its class.
    /// </summary>
    /// <exception cref="FineTuneException">A class has no sample.</exception>
    public static IReadOnlyList<double> ForSampling(IClassified data)
    {
        var counts = Counts(data);
        return [.. Enumerable.Range(0, data.Count).Select(index => 1.0 / counts[data.ClassOf(index)])];
    }

    private static int[] Counts(IClassified data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var counts = new int[data.Classes.Count];
        for (var index = 0; index < data.Count; index++)
        {
            counts[data.ClassOf(index)]++;
        }

        var empty = Array.IndexOf(counts, 0);
        return empty < 0
            ? counts
            : throw new FineTuneException($"The class '{data.Classes[empty]}' has no sample; a weight needs at least one.");
    }
}
