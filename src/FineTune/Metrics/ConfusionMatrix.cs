using System.Globalization;

namespace FineTune;

/// <summary>How many samples of each class were taken for each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">The number of classes, at least 2.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        counts = new long[classes, classes];
    }

    /// <summary>The number of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>The number of samples.</summary>
    public long Total => counts.Cast<long>().Sum();

    /// <summary>Samples of class <paramref name="wanted"/> that were taken for class <paramref name="predicted"/>.</summary>
    public long this[int wanted, int predicted] => counts[wanted, predicted];

    /// <summary>Samples of a class that were taken for it.</summary>
    public long TruePositives(int of) => counts[of, of];

    /// <summary>Samples of other classes that were taken for it.</summary>
    public long FalsePositives(int of) => Enumerable.Range(0, Classes).Sum(wanted => counts[wanted, of]) - counts[of, of];

    /// <summary>Samples of a class that were taken for others.</summary>
    public long FalseNegatives(int of) => Enumerable.Range(0, Classes).Sum(predicted => counts[of, predicted]) - counts[of, of];

    /// <summary>A table, a line for each wanted class and a column for each predicted one.</summary>
    public override string ToString()
    {
        var width = counts.Cast<long>().Max().ToString(CultureInfo.InvariantCulture).Length;
        return string.Join('\n', Enumerable.Range(0, Classes).Select(wanted => string.Join(' ', Enumerable.Range(0, Classes)
            .Select(predicted => counts[wanted, predicted].ToString(CultureInfo.InvariantCulture).PadLeft(width)))));
    }

    internal static ConfusionMatrix Of(IReadOnlyList<double> saved)
    {
        var matrix = new ConfusionMatrix((int)Math.Sqrt(saved.Count));
        for (var i = 0; i < saved.Count; i++)
        {
            matrix.counts[i / matrix.Classes, i % matrix.Classes] = (long)saved[i];
        }

        return matrix;
    }

    internal IReadOnlyList<double> Save() => [.. counts.Cast<long>().Select(count => (double)count)];

    internal void Add(long wanted, long predicted)
    {
        if (wanted < 0 || wanted >= Classes)
        {
            throw new FineTuneException($"A target is of class {wanted}; expected 0 to {Classes - 1}.");
        }

        counts[wanted, predicted]++;
    }
}
