namespace FineTune.Vision;

/// <summary>A rectangle of a picture, in pixels.</summary>
internal readonly record struct Area(int Top, int Left, int Height, int Width)
{
    private const int Attempts = 10;

    /// <summary>The largest square in the middle.</summary>
    public static Area MiddleSquare(int height, int width)
    {
        var side = Math.Min(height, width);
        return new((height - side) / 2, (width - side) / 2, side, side);
    }

    /// <summary>Draws a size: a share of the area, evenly, and a ratio, evenly by its logarithm.</summary>
    /// <returns>The roots of area × ratio and of area / ratio; null where ten sizes did not fit.</returns>
    public static (int Long, int Across)? DrawSize(
        Random random, double area, (double Least, double Most) scale, (double Least, double Most) ratio, Func<int, int, bool> fits)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var wanted = area * Between(random, scale.Least, scale.Most);
            var shape = Math.Exp(Between(random, Math.Log(ratio.Least), Math.Log(ratio.Most)));
            var (along, across) = ((int)Math.Round(Math.Sqrt(wanted * shape)), (int)Math.Round(Math.Sqrt(wanted / shape)));
            if (fits(along, across))
            {
                return (along, across);
            }
        }

        return null;
    }

    /// <summary>A number drawn evenly.</summary>
    public static double Between(Random random, double least, double most) => least + random.NextDouble() * (most - least);
}
