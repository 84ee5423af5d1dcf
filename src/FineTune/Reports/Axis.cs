using System.Globalization;

namespace FineTune;

/// <summary>A scale from values to the places of a chart, with round numbers to write beside it.</summary>
internal sealed class Axis
{
    private const int MostTicks = 5;
    private readonly double low;
    private readonly double high;
    private readonly bool logarithmic;

    private Axis(double low, double high, bool logarithmic, IReadOnlyList<double> ticks)
    {
        this.low = low;
        this.high = high;
        this.logarithmic = logarithmic;
        Ticks = ticks;
    }

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>A linear axis over all values, round numbers at both ends.</summary>
    public static Axis Linear(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var (low, high) = finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
        if (low == high)
        {
            var around = low == 0 ? 1 : Math.Abs(low) / 10;
            (low, high) = (low - around, high + around);
        }

        var step = RoundUp((high - low) / (MostTicks - 1));
        var (first, last) = (Math.Floor(low / step), Math.Ceiling(high / step));
        return new Axis(first * step, last * step, false,
            [.. Enumerable.Range(0, (int)(last - first) + 1).Select(tick => (first + tick) * step)]);
    }

    /// <summary>A logarithmic axis over all positive values, powers of ten at both ends.</summary>
    public static Axis Logarithmic(IEnumerable<double> values)
    {
        double[] positive = [.. values.Where(value => double.IsFinite(value) && value > 0)];
        var (low, high) = positive.Length == 0
            ? (0, 1)
            : ((int)Math.Floor(Math.Log10(positive.Min())), (int)Math.Ceiling(Math.Log10(positive.Max())));
        high = Math.Max(high, low + 1);
        var stride = (high - low + MostTicks - 1) / MostTicks;
        return new Axis(low, high, true,
            [.. Enumerable.Range(low, high - low + 1).Where(power => (power - low) % stride == 0).Select(power => Math.Pow(10, power))]);
    }

    /// <summary>Where a value lies, from 0 at the low end to 1 at the high one; NaN for what cannot be shown.</summary>
    public double Place(double value) => ((logarithmic ? value > 0 ? Math.Log10(value) : double.NaN : value) - low) / (high - low);

    /// <summary>A tick as text.</summary>
    public string Text(double tick) => logarithmic
        ? tick.ToString("0e+0", CultureInfo.InvariantCulture)
        : Math.Round(tick, 10).ToString("G6", CultureInfo.InvariantCulture);

    // 1, 2 or 5 times a power of ten.
    private static double RoundUp(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
