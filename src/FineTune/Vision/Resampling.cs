namespace FineTune.Vision;

/// <summary>
/// Bilinear resizing with antialiasing, as torchvision's <c>Resize</c> does it: each output pixel is the average of
/// the input pixels around its centre under a triangle, which is as wide as an output pixel when shrinking.
/// </summary>
/// <remarks>
/// In plain C#, because TorchSharp's own resizing picks the nearest pixel in its older version, and because it runs
/// on the batch workers, where a library that starts threads of its own would get in the way of training.
/// </remarks>
internal static class Resampling
{
    /// <summary>Resizes the largest square in the middle of a picture.</summary>
    /// <param name="pixels">Of shape [channels, height, width].</param>
    /// <param name="channels">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="size">The height and width of the result.</param>
    /// <returns>Of shape [channels, size, size], in the range of the input.</returns>
    public static float[] Square(ReadOnlySpan<byte> pixels, int channels, int height, int width, int size)
    {
        int side = Math.Min(height, width);
        Tap[] rows = Taps((height - side) / 2, side, size);
        Tap[] columns = Taps((width - side) / 2, side, size);
        var narrowed = new float[height * size];
        var result = new float[channels * size * size];
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<byte> plane = pixels.Slice(channel * height * width, height * width);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> line = plane.Slice(y * width, width);
                for (int x = 0; x < size; x++)
                {
                    Tap tap = columns[x];
                    float sum = 0;
                    for (int i = 0; i < tap.Weights.Length; i++)
                        sum += tap.Weights[i] * line[tap.First + i];
                    narrowed[y * size + x] = sum;
                }
            }

            for (int y = 0; y < size; y++)
            {
                Span<float> line = result.AsSpan((channel * size + y) * size, size);
                Tap tap = rows[y];
                for (int i = 0; i < tap.Weights.Length; i++)
                {
                    ReadOnlySpan<float> source = narrowed.AsSpan((tap.First + i) * size, size);
                    float weight = tap.Weights[i];
                    for (int x = 0; x < size; x++)
                        line[x] += weight * source[x];
                }
            }
        }

        return result;
    }

    private static Tap[] Taps(int start, int side, int size)
    {
        double scale = (double)side / size;
        double reach = Math.Max(scale, 1);
        var taps = new Tap[size];
        for (int i = 0; i < size; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - reach + 0.5));
            int last = Math.Min(side, (int)(centre + reach + 0.5));
            var weights = new double[last - first];
            for (int j = 0; j < weights.Length; j++)
                weights[j] = Math.Max(0, 1 - Math.Abs((first + j + 0.5 - centre) / reach));
            double sum = weights.Sum();
            taps[i] = new Tap(start + first, [.. weights.Select(weight => (float)(weight / sum))]);
        }

        return taps;
    }

    /// <summary>The input pixels, from <paramref name="First"/> on, that one output pixel is made of.</summary>
    private readonly record struct Tap(int First, float[] Weights);
}
