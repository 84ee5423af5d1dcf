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
    /// <summary>Resizes a part of a picture; what lies around the part has no influence.</summary>
    /// <param name="pixels">Of shape [channels, height, width].</param>
    /// <param name="channels">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="area">The part.</param>
    /// <param name="size">The height and width of the result.</param>
    /// <returns>Of shape [channels, size, size], in the range of the input.</returns>
    public static float[] Resize(ReadOnlySpan<byte> pixels, int channels, int height, int width, Area area, int size)
    {
        var rows = Taps(area.Height, size);
        var columns = Taps(area.Width, size);
        var narrowed = new float[area.Height * size];
        var result = new float[channels * size * size];
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = pixels.Slice(channel * height * width, height * width);
            for (var y = 0; y < area.Height; y++)
            {
                var line = plane.Slice((area.Top + y) * width + area.Left, area.Width);
                for (var x = 0; x < size; x++)
                {
                    var tap = columns[x];
                    float sum = 0;
                    for (var i = 0; i < tap.Weights.Length; i++)
                    {
                        sum += tap.Weights[i] * line[tap.First + i];
                    }

                    narrowed[y * size + x] = sum;
                }
            }

            for (var y = 0; y < size; y++)
            {
                var line = result.AsSpan((channel * size + y) * size, size);
                var tap = rows[y];
                for (var i = 0; i < tap.Weights.Length; i++)
                {
                    ReadOnlySpan<float> source = narrowed.AsSpan((tap.First + i) * size, size);
                    var weight = tap.Weights[i];
                    for (var x = 0; x < size; x++)
                    {
                        line[x] += weight * source[x];
                    }
                }
            }
        }

        return result;
    }

    private static Tap[] Taps(int side, int size)
    {
        var scale = (double)side / size;
        var reach = Math.Max(scale, 1);
        var taps = new Tap[size];
        for (var i = 0; i < size; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - reach + 0.5));
            var last = Math.Min(side, (int)(centre + reach + 0.5));
            var weights = new double[last - first];
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] = Math.Max(0, 1 - Math.Abs((first + j + 0.5 - centre) / reach));
            }

            var sum = weights.Sum();
            taps[i] = new Tap(first, [.. weights.Select(weight => (float)(weight / sum))]);
        }

        return taps;
    }

    /// <summary>The input pixels, from <paramref name="First"/> on, that one output pixel is made of.</summary>
    private readonly record struct Tap(int First, float[] Weights);
}
