using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>
/// What can be done to a picture of shape [1 or 3, height, width] from 0 to 1, nothing random about it: the formulas of
/// <c>torchvision.transforms.v2.functional</c> for floating numbers. The picture itself is never written to.
/// </summary>
internal static class PictureOperations
{
    private static readonly Scalar Zero = 0.0, One = 1.0, Two = 2.0, Four = 4.0, Six = 6.0, Sixth = 1.0 / 6;

    // ITU-R 601, as Pillow and torchvision have it.
    private static readonly Scalar OfRed = 0.2989, OfGreen = 0.587, OfBlue = 0.114;

    // The blur of sharpness: ones around a five, of which thirteen make the sum. Nine thirteenths of the mean, and four of the middle.
    private static readonly Scalar OfMean = 9.0 / 13, OfMiddle = 4.0 / 13;

    // So that 1 becomes 255, and everything below is cut off as a whole number.
    private static readonly Scalar ToBytes = 256 - 1e-3;

    /// <summary>A part of the picture in another size, antialiased.</summary>
    public static Tensor Resized(Tensor picture, Area area, int height, int width)
    {
        using var scope = NewDisposeScope();
        return functional.interpolate(
            Part(picture, area).unsqueeze(0), [height, width], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true)
            .squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>Pixels taken from elsewhere; where that is outside of the picture, <paramref name="fill"/>.</summary>
    public static Tensor Moved(Tensor picture, Movement movement, GridSampleMode interpolation, double fill)
    {
        using var scope = NewDisposeScope();
        using Scalar outside = fill;
        var (height, width) = ((double)picture.size(1), (double)picture.size(2));

        // From pixels to the operator's coordinates, in which each side of the picture is 2 long.
        var transform = tensor(
            new[]
            {
                (float)movement.Xx, (float)(movement.Xy * height / width), (float)(movement.X * 2 / width),
                (float)(movement.Yx * width / height), (float)movement.Yy, (float)(movement.Y * 2 / height),
            }).reshape(1, 2, 3);
        var grid = functional.affine_grid(transform, [1, picture.size(0), picture.size(1), picture.size(2)]);

        // Outside counts as 0 there.
        var source = (fill == 0 ? picture : picture.sub(outside)).unsqueeze(0);
        var moved = functional.grid_sample(source, grid, interpolation, GridSamplePaddingMode.Zeros, align_corners: false).squeeze(0);
        return (fill == 0 ? moved : moved.add_(outside)).MoveToOuterDisposeScope();
    }

    /// <summary>Times a factor.</summary>
    public static Tensor Brightness(Tensor picture, double factor)
    {
        using Scalar by = factor;
        return picture.mul(by).clamp_(Zero, One);
    }

    /// <summary>Away from the mean grey by a factor.</summary>
    public static Tensor Contrast(Tensor picture, double factor)
    {
        using var scope = NewDisposeScope();
        return Blended(picture, Grey(picture).mean(), factor).MoveToOuterDisposeScope();
    }

    /// <summary>Away from each pixel's grey by a factor.</summary>
    public static Tensor Saturation(Tensor picture, double factor)
    {
        if (picture.size(0) == 1)
        {
            return picture;
        }

        using var scope = NewDisposeScope();
        return Blended(picture, Grey(picture), factor).MoveToOuterDisposeScope();
    }

    /// <summary>Around the color circle by a share of it: to hue, saturation and value, and back.</summary>
    public static Tensor Hue(Tensor picture, double share)
    {
        if (picture.size(0) == 1)
        {
            return picture;
        }

        using var scope = NewDisposeScope();
        using Scalar by = 6 * share;
        var (red, green, blue) = (picture[0], picture[1], picture[2]);
        var most = red.maximum(green).maximum(blue);
        var range = most - red.minimum(green).minimum(blue);
        var divisor = range.where(range.gt(Zero), ones_like(range));

        // In sixths of the circle, from the two colors that are not the greatest.
        var ofRed = (green - blue) / divisor;
        var ofGreen = ((blue - red) / divisor).add_(Two);
        var ofBlue = ((red - green) / divisor).add_(Four);
        var hue = ofRed.where(red.eq(most), ofGreen.where(green.eq(most), ofBlue)).add_(by);

        // The greatest color falls and rises again along the circle, each color at a third of it.
        var along = hue + tensor(new[] { 5f, 3f, 1f }).reshape(3, 1, 1);
        along.sub_(along.mul(Sixth).floor_().mul_(Six));
        var falling = along.neg().add_(Four);
        return most.sub(along.minimum(falling).clamp_(Zero, One).mul_(range)).MoveToOuterDisposeScope();
    }

    /// <summary>Away from the blurred picture by a factor; the outermost pixels stay.</summary>
    public static Tensor Sharpness(Tensor picture, double factor)
    {
        var (height, width) = (picture.size(1), picture.size(2));
        if (height <= 2 || width <= 2)
        {
            return picture;
        }

        using var scope = NewDisposeScope();
        using Scalar rest = 1 - factor;
        var result = picture.clone();
        var inside = result.narrow(1, 1, height - 2).narrow(2, 1, width - 2);
        var blurred = functional.avg_pool2d(picture.unsqueeze(0), 3, 1).squeeze(0).mul_(OfMean).add_(inside, OfMiddle);
        inside.add_(blurred.sub_(inside), rest);
        return result.clamp_(Zero, One).MoveToOuterDisposeScope();
    }

    /// <summary>As many values as so many bits have.</summary>
    public static Tensor Posterized(Tensor picture, int bits)
    {
        using Scalar levels = (double)(1 << bits), last = (double)((1 << bits) - 1), back = 1.0 / (1 << bits);
        return picture.mul(levels).floor_().clamp_(Zero, last).mul_(back);
    }

    /// <summary>What is at or above the threshold becomes its opposite.</summary>
    public static Tensor Solarized(Tensor picture, double threshold)
    {
        using var scope = NewDisposeScope();
        using Scalar from = threshold;
        return picture.neg().add_(One).where(picture.ge(from), picture).MoveToOuterDisposeScope();
    }

    /// <summary>Each color spread from 0 to 1; one that has a single value stays.</summary>
    public static Tensor AutoContrast(Tensor picture)
    {
        using var scope = NewDisposeScope();
        var (least, most) = (picture.amin([1, 2], keepdim: true), picture.amax([1, 2], keepdim: true));
        var isFlat = least.eq(most);
        least = zeros_like(least).where(isFlat, least);
        most = ones_like(most).where(isFlat, most);
        return picture.sub(least).div_(most - least).clamp_(Zero, One).MoveToOuterDisposeScope();
    }

    /// <summary>Each color's values spread so that all are as frequent, as bytes: Pillow's <c>ImageOps.equalize</c>.</summary>
    public static Tensor Equalized(Tensor picture)
    {
        using var scope = NewDisposeScope();
        var bytes = picture.mul(ToBytes).to_type(ScalarType.Int64);
        var colors = Enumerable.Range(0, (int)picture.size(0)).Select(channel =>
        {
            var values = bytes[channel].reshape(-1);
            var table = EqualizingTable(values.bincount(null, 256).Values<long>());
            return tensor(table).index_select(0, values).reshape(picture.size(1), picture.size(2));
        });
        return stack(colors).MoveToOuterDisposeScope();
    }

    /// <summary>A rectangle painted over.</summary>
    public static Tensor Erased(Tensor picture, Area area, double value)
    {
        using var scope = NewDisposeScope();
        using Scalar with = value;
        var result = picture.clone();
        Part(result, area).fill_(with);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>A rectangle put in another's place.</summary>
    public static Tensor Erased(Tensor picture, Area area, Tensor values)
    {
        using var scope = NewDisposeScope();
        var result = picture.clone();
        Part(result, area).copy_(values);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Part(Tensor picture, Area area) =>
        picture.narrow(1, area.Top, area.Height).narrow(2, area.Left, area.Width);

    private static Tensor Grey(Tensor picture) => picture.size(0) == 1
        ? picture
        : picture[0].mul(OfRed).add_(picture[1], OfGreen).add_(picture[2], OfBlue).unsqueeze(0);

    private static Tensor Blended(Tensor picture, Tensor other, double ratio)
    {
        using Scalar ofPicture = ratio, ofOther = 1 - ratio;
        return picture.mul(ofPicture).add_(other, ofOther).clamp_(Zero, One);
    }

    // A step is what each of 255 values would have, the last value that occurs left out.
    private static float[] EqualizingTable(long[] counts)
    {
        var last = Array.FindLastIndex(counts, count => count > 0);
        var step = (counts.Sum() - counts[last]) / 255;
        var table = new float[counts.Length];
        long before = 0;
        for (var value = 0; value < table.Length; value++)
        {
            table[value] = (step == 0 ? value : Math.Clamp((before + step / 2) / step, 0, 255)) / 255f;
            before += counts[value];
        }

        return table;
    }
}
