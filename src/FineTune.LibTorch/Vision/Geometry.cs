using TorchSharp.Interop;

using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Functions of the places of pixels. The formulas are torchvision's.</summary>
internal static class Geometry
{
    private const int Tries = 10;

    public static (long Height, long Width) Shorter(Tensor image, int size, int? longest)
    {
        long height = image.size(-2), width = image.size(-1);
        (long shorter, long longer) = height < width ? (height, width) : (width, height);
        long newShorter = size, newLonger = size * longer / shorter;
        if (longest is { } limit && newLonger > limit) (newShorter, newLonger) = (limit * newShorter / newLonger, limit);
        return height < width ? (newShorter, newLonger) : (newLonger, newShorter);
    }

    public static Tensor Resize(Tensor image, long height, long width) => image.size(-2) == height && image.size(-1) == width
        ? image.alias()
        : OnBatch(image, batch => Aten.Call("_upsample_bilinear2d_aa", batch, new[] { height, width }, false));

    /// <summary>Where a middle part of some length begins; before zero if the part is longer than the whole.</summary>
    public static int Middle(long whole, int part) => whole >= part ? (int)Math.Round((whole - part) / 2.0) : -(int)((part - whole) / 2);

    /// <summary>A part of a picture; what lies outside is zero.</summary>
    public static Tensor Crop(Tensor image, int top, int left, int height, int width)
    {
        long rows = image.size(-2), columns = image.size(-1);
        long firstRow = Math.Clamp(top, 0, rows), firstColumn = Math.Clamp(left, 0, columns);
        long endRow = Math.Clamp(top + height, firstRow, rows), endColumn = Math.Clamp(left + width, firstColumn, columns);
        Tensor inside = image.narrow(-2, firstRow, endRow - firstRow).narrow(-1, firstColumn, endColumn - firstColumn);
        return inside.size(-2) == height && inside.size(-1) == width ? inside
            : Aten.Call("constant_pad_nd", inside, new[] { firstColumn - left, left + width - endColumn, firstRow - top, top + height - endRow }, 0);
    }

    public static (int Top, int Left, int Height, int Width) RandomPart(Tensor image, (double Low, double High) scale, (double Low, double High) ratio)
    {
        int height = (int)image.size(-2), width = (int)image.size(-1);
        for (int i = 0; i < Tries; i++)
        {
            double area = (double)height * width * Chance.Between(scale.Low, scale.High);
            double aspect = (float)Math.Exp((float)Chance.Between(Math.Log(ratio.Low), Math.Log(ratio.High)));
            int columns = (int)Math.Round(Math.Sqrt(area * aspect)), rows = (int)Math.Round(Math.Sqrt(area / aspect));
            if (columns is 0 || rows is 0 || columns > width || rows > height) continue;
            int top = Chance.Below(height - rows + 1);
            return (top, Chance.Below(width - columns + 1), rows, columns);
        }

        double proportion = (double)width / height;
        int w = proportion > ratio.High ? (int)Math.Round(height * ratio.High) : width;
        int h = proportion < ratio.Low ? (int)Math.Round(width / ratio.Low) : height;
        return ((height - h) / 2, (width - w) / 2, h, w);
    }

    public static Tensor Rotate(Tensor image, double degrees, InterpolationMode interpolation)
    {
        long mode = interpolation switch
        {
            InterpolationMode.Bilinear => 0,
            InterpolationMode.Nearest => 1,
            _ => throw new ArgumentException($"Pictures are rotated with nearest or bilinear interpolation, not {interpolation}."),
        };
        long height = image.size(-2), width = image.size(-1);
        double angle = -degrees * Math.PI / 180;
        (float sine, float cosine) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
        float halfWidth = width * 0.5f, halfHeight = height * 0.5f;
        Tensor x = linspace(-halfWidth + 0.5, halfWidth - 0.5, width).unsqueeze(0).expand(height, width);
        Tensor y = linspace(-halfHeight + 0.5, halfHeight - 0.5, height).unsqueeze(1).expand(height, width);
        Tensor rotation = tensor(new[,] { { cosine / halfWidth, -sine / halfHeight }, { sine / halfWidth, cosine / halfHeight } });
        Tensor grid = stack([x, y], -1).view(1, height * width, 2).matmul(rotation).view(1, height, width, 2);
        return OnBatch(image, batch => Aten.Call("grid_sampler", batch, grid.expand(batch.size(0), -1, -1, -1), mode, 0, false));
    }

    public static Tensor Pad(Tensor image, long[] padding, PaddingModes mode, double fill)
    {
        long[] sides = padding.Length switch
        {
            1 => [padding[0], padding[0], padding[0], padding[0]],
            2 => [padding[0], padding[0], padding[1], padding[1]],
            4 => [padding[0], padding[2], padding[1], padding[3]],
            _ => throw new ArgumentException($"Padding takes 1, 2 or 4 lengths, not {padding.Length}."),
        };
        return mode == PaddingModes.Constant ? Aten.Call("constant_pad_nd", image, sides, fill)
            : OnBatch(image, batch => Aten.Call("pad", batch, sides, mode.ToString().ToLowerInvariant()));
    }

    public static Tensor Blur(Tensor image, (long Size, double Sigma) width, (long Size, double Sigma) height) => OnBatch(image, batch =>
    {
        long channels = batch.size(1);
        Tensor kernel = Bell(height).unsqueeze(1).mul(Bell(width).unsqueeze(0)).to(batch.dtype).expand(channels, 1, height.Size, width.Size);
        Tensor padded = Aten.Call("pad", batch, new[] { width.Size / 2, width.Size / 2, height.Size / 2, height.Size / 2 }, "reflect");
        return Aten.Call("conv2d", padded, kernel, default, 1, 0, 1, channels);
    });

    private static Tensor Bell((long Size, double Sigma) of)
    {
        if (of.Size % 2 == 0) throw new ArgumentException($"The size of a blur must be odd, not {of.Size}.");
        Tensor x = linspace(-(of.Size - 1) * 0.5, (of.Size - 1) * 0.5, of.Size);
        Tensor bell = (-0.5 * (x / of.Sigma).square()).exp();
        return bell / bell.sum();
    }

    /// <summary>Applies a function of floating-point batches to whatever comes; whole numbers are rounded.</summary>
    private static Tensor OnBatch(Tensor image, Func<Tensor, Tensor> function)
    {
        long[] shape = image.shape;
        if (shape.Length < 3) throw new ArgumentException($"A picture has shape [..., channels, height, width], not [{string.Join(", ", shape)}].");
        Tensor batch = image.reshape([-1, .. shape[^3..]]);
        Tensor result = image.is_floating_point() ? function(batch)
            : function(batch.to(ScalarType.Float32)).round_().clamp_(0, Pixels.Highest(image.dtype)).to(image.dtype);
        return result.reshape([.. shape[..^2], .. result.shape[^2..]]);
    }
}
