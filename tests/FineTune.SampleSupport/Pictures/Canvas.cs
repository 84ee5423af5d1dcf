using TorchSharp;

namespace FineTune.SampleSupport.Pictures;

/// <summary>A colour; each channel from 0 to 1.</summary>
internal readonly record struct Colour(float Red, float Green, float Blue)
{
    /// <summary>A darker (below 1) or lighter (above 1) one.</summary>
    public Colour Times(float factor) => new(Red * factor, Green * factor, Blue * factor);

    /// <summary>A mixture: 0 is this colour, 1 the other.</summary>
    public Colour Towards(Colour other, float share) =>
        new(Red + (other.Red - Red) * share, Green + (other.Green - Green) * share, Blue + (other.Blue - Blue) * share);
}

/// <summary>
/// A square picture that shapes are painted on, each given by its signed distance: negative inside, in units of half
/// the picture's width. Both coordinates go from -1 to 1, y downwards, after the canvas's pose.
/// </summary>
internal sealed class Canvas(int size)
{
    private readonly Colour[] pixels = new Colour[size * size];

    /// <summary>What is painted from now on is turned, scaled and moved like this.</summary>
    public Pose Pose { get; set; } = Pose.None;

    public void Paint(Shape shape, Colour colour)
    {
        var edge = size / 2f * Pose.Scale;
        for (var i = 0; i < pixels.Length; i++)
        {
            (var x, var y) = Pose.Undo((i % size + 0.5f) * 2 / size - 1, (i / size + 0.5f) * 2 / size - 1);
            var cover = Math.Clamp(0.5f - shape(x, y) * edge, 0, 1);
            if (cover > 0)
            {
                pixels[i] = pixels[i].Towards(colour, cover);
            }
        }
    }

    /// <summary>Paints everything, from one colour at the top to another at the bottom.</summary>
    public void PaintBackground(Colour top, Colour bottom)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = top.Towards(bottom, i / size / (float)size);
        }
    }

    /// <summary>The picture with Gaussian noise over it, of shape [3, size, size] and type Byte.</summary>
    public torch.Tensor Develop(Random random, float noise)
    {
        var bytes = new byte[3 * pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            bytes[i] = Exposed(pixels[i].Red);
            bytes[pixels.Length + i] = Exposed(pixels[i].Green);
            bytes[2 * pixels.Length + i] = Exposed(pixels[i].Blue);
        }

        using var flat = torch.tensor(bytes);
        return flat.reshape(3, size, size);

        byte Exposed(float value)
        {
            // The sum of three uniform numbers is nearly normal.
            var grain = (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * 2 * noise;
            return (byte)Math.Clamp((value + grain) * 255, 0, 255);
        }
    }
}

/// <summary>How a shape is turned (in radians), scaled and moved.</summary>
internal readonly record struct Pose(float Angle, float Scale, float X, float Y)
{
    public static Pose None { get; } = new(0, 1, 0, 0);

    /// <summary>Where the shape is asked about, for a point of the picture.</summary>
    public (float X, float Y) Undo(float x, float y)
    {
        (var sin, var cos) = MathF.SinCos(-Angle);
        x -= X;
        y -= Y;
        return ((x * cos - y * sin) / Scale, (x * sin + y * cos) / Scale);
    }
}
