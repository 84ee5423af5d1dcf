namespace FineTune;

/// <summary>How numbers are spread: their moments, and how many lie in each of equally wide ranges.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
/// <param name="Limits">The upper end of each range; a number that equals it lies in the range.</param>
/// <param name="Counts">The numbers in each range.</param>
internal sealed record ValueHistogram(
    double Minimum, double Maximum, double Sum, double SumOfSquares, double[] Limits, double[] Counts)
{
    // As many as TensorBoard draws.
    private const int Ranges = 30;

    public double Count => Counts.Sum();

    /// <summary>The histogram of at least one number, each of them finite.</summary>
    public static ValueHistogram Of(ReadOnlySpan<float> values)
    {
        var (minimum, maximum, sum, squares) = (double.PositiveInfinity, double.NegativeInfinity, 0.0, 0.0);
        foreach (double value in values)
        {
            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
            sum += value;
            squares += value * value;
        }

        var ranges = minimum == maximum ? 1 : Ranges;
        var width = (maximum - minimum) / ranges;
        var counts = new double[ranges];
        foreach (double value in values)
        {
            var range = width == 0 ? 0 : (int)Math.Ceiling((value - minimum) / width) - 1;
            counts[Math.Clamp(range, 0, ranges - 1)]++;
        }

        double[] limits = [.. Enumerable.Range(1, ranges).Select(range => range == ranges ? maximum : minimum + range * width)];
        return new ValueHistogram(minimum, maximum, sum, squares, limits, counts);
    }
}
