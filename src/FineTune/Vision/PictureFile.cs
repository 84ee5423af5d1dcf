using System.Buffers;
using FineTune.Data;
using SkiaSharp;

namespace FineTune.Vision;

/// <summary>
/// Reads a picture file as torchvision's <c>read_image</c> with mode RGB does: grey and palettes become colors, 16 bits are
/// cut to 8, alpha is dropped and darkens nothing, color profiles are left aside; and turned upright, as EXIF says, unless told not to.
/// Of an animation, the first frame.
/// </summary>
/// <remarks>
/// With SkiaSharp's codec itself, as TorchVision's <c>SkiaImager</c> reads a truncated file without an error, black where nothing
/// is left of it, and multiplies colors by their alpha.
/// </remarks>
internal static class PictureFile
{
    private static readonly Dictionary<string, SKEncodedImageFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = SKEncodedImageFormat.Png,
        [".jpg"] = SKEncodedImageFormat.Jpeg,
        [".jpeg"] = SKEncodedImageFormat.Jpeg,
        [".jpe"] = SKEncodedImageFormat.Jpeg,
        [".jfif"] = SKEncodedImageFormat.Jpeg,
        [".webp"] = SKEncodedImageFormat.Webp,
        [".bmp"] = SKEncodedImageFormat.Bmp,
        [".gif"] = SKEncodedImageFormat.Gif,
    };

    // Four bytes each in memory. A file of a few kilobytes may claim many more than any camera takes.
    private const long MostPixels = 1 << 27;

    /// <summary>How the names of pictures end, in words.</summary>
    public static string Extensions => $"{string.Join(", ", Formats.Keys.SkipLast(1))} or {Formats.Keys.Last()}";

    /// <summary>Whether the name is that of a picture.</summary>
    public static bool HasPictureName(string path) => FormatOfName(path) is not null;

    /// <param name="path">The file.</param>
    /// <param name="upright">Whether it is turned and mirrored as the EXIF orientation in it says.</param>
    /// <param name="background">What shows through transparent pixels; null leaves alpha aside.</param>
    /// <returns>The pixels, of shape [3, height, width].</returns>
    /// <exception cref="DamagedSampleException">
    /// The file is no picture, is damaged or truncated, claims more than 134 million pixels, or its name is that of another kind.
    /// </exception>
    public static (byte[] Pixels, int Height, int Width) Read(
        string path, bool upright = true, (byte Red, byte Green, byte Blue)? background = null) =>
        Decode(File.ReadAllBytes(path), $"'{path}'", FormatOfName(path), upright, background);

    /// <summary>The same of what is in memory.</summary>
    /// <param name="file">What a file of it would hold.</param>
    /// <param name="what">What errors call it.</param>
    /// <param name="named">The format that its name says it has; null where it has no name.</param>
    /// <param name="upright">Whether it is turned and mirrored as the EXIF orientation in it says.</param>
    /// <param name="background">What shows through transparent pixels; null leaves alpha aside.</param>
    public static (byte[] Pixels, int Height, int Width) Decode(
        byte[] file, string what, SKEncodedImageFormat? named, bool upright, (byte Red, byte Green, byte Blue)? background)
    {
        using var content = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(content);
        // Skia reads more, such as icons and WBMP, which begins with two zeros and so takes files for pictures that are none.
        if (codec?.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif))
        {
            throw new DamagedSampleException($"{what} is not a PNG, JPEG, WebP, BMP or GIF picture, or is truncated before its pixels.");
        }

        var format = Name(codec.EncodedFormat);
        if (named is { } other && other != codec.EncodedFormat)
        {
            throw new DamagedSampleException($"{what} is named as a {Name(other)} picture, but holds a {format} one; rename it.");
        }

        (var height, var width) = (codec.Info.Height, codec.Info.Width);
        if ((long)height * width > MostPixels)
        {
            throw new DamagedSampleException(FormattableString.Invariant(
                $"{what} says that it has {width:N0} × {height:N0} pixels; at most {MostPixels:N0} are read. Make it smaller."));
        }

        var size = 4 * height * width;
        var interleaved = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            // Without a color space, so that none is converted to.
            var result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), interleaved);

            // Of a JPEG, the decoder cannot tell whether more than its end is missing.
            if ((result == SKCodecResult.Success
                || (result == SKCodecResult.IncompleteInput && codec.EncodedFormat == SKEncodedImageFormat.Jpeg))
                && PictureEnd.Missing(file, codec.EncodedFormat) is { } missing)
            {
                throw new DamagedSampleException($"{what} is truncated: {missing} is missing in the {format} picture.");
            }

            if (result == SKCodecResult.IncompleteInput)
            {
                throw new DamagedSampleException($"{what} is truncated: the {format} picture in it ends before its last pixel.");
            }

            if (result != SKCodecResult.Success)
            {
                throw new DamagedSampleException($"{what} cannot be decoded as a picture: it is damaged or truncated ({result}).");
            }

            var pixels = interleaved.AsSpan(0, size);
            if (background is { } color)
            {
                Compose(pixels, color);
            }

            return ChannelsFirst(pixels, height, width, upright ? codec.EncodedOrigin : SKEncodedOrigin.TopLeft);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(interleaved);
        }
    }

    private static void Compose(Span<byte> interleaved, (byte Red, byte Green, byte Blue) background)
    {
        for (var i = 0; i < interleaved.Length; i += 4)
        {
            var alpha = interleaved[i + 3];
            interleaved[i] = Over(interleaved[i], background.Red, alpha);
            interleaved[i + 1] = Over(interleaved[i + 1], background.Green, alpha);
            interleaved[i + 2] = Over(interleaved[i + 2], background.Blue, alpha);
        }

        static byte Over(byte color, byte below, byte alpha) => (byte)((color * alpha + below * (255 - alpha) + 127) / 255);
    }

    private static (byte[] Pixels, int Height, int Width) ChannelsFirst(
        ReadOnlySpan<byte> interleaved, int height, int width, SKEncodedOrigin origin)
    {
        var plane = interleaved.Length / 4;
        var pixels = new byte[3 * plane];
        Span<byte> red = pixels.AsSpan(0, plane), green = pixels.AsSpan(plane, plane), blue = pixels.AsSpan(2 * plane, plane);
        var (first, right, down) = Steps(origin, height, width);
        var isTurned = origin >= SKEncodedOrigin.LeftTop;
        var (toHeight, toWidth) = isTurned ? (width, height) : (height, width);
        var to = 0;
        for (var y = 0; y < toHeight; y++)
        {
            var from = first + y * down;
            for (var x = 0; x < toWidth; x++, to++, from += right)
            {
                red[to] = interleaved[4 * from];
                green[to] = interleaved[4 * from + 1];
                blue[to] = interleaved[4 * from + 2];
            }
        }

        return (pixels, toHeight, toWidth);
    }

    // Where the upright picture's first pixel is stored, and how far it is to the one at its right and to the one below it. An origin
    // is named after the sides at which the stored picture's first row and first column belong.
    private static (int First, int Right, int Down) Steps(SKEncodedOrigin origin, int height, int width) => origin switch
    {
        SKEncodedOrigin.TopRight => (width - 1, -1, width),
        SKEncodedOrigin.BottomRight => (height * width - 1, -1, -width),
        SKEncodedOrigin.BottomLeft => ((height - 1) * width, 1, -width),
        SKEncodedOrigin.LeftTop => (0, width, 1),
        SKEncodedOrigin.RightTop => ((height - 1) * width, -width, 1),
        SKEncodedOrigin.RightBottom => (height * width - 1, -width, -1),
        SKEncodedOrigin.LeftBottom => (width - 1, width, -1),
        _ => (0, 1, width),
    };

    private static SKEncodedImageFormat? FormatOfName(string path) =>
        Formats.TryGetValue(Path.GetExtension(path), out var format) ? format : null;

    private static string Name(SKEncodedImageFormat format) => format.ToString().ToUpperInvariant();
}
