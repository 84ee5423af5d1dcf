using System.Buffers;
using FineTune.Data;
using SkiaSharp;

namespace FineTune.Vision;

/// <summary>
/// Reads a picture file as torchvision's <c>read_image</c> with mode RGB does: grey and palettes become colors, 16 bits are
/// cut to 8, alpha is dropped and darkens nothing, color profiles and orientation are left aside. Of an animation, the first frame.
/// </summary>
/// <remarks>
/// With SkiaSharp's codec itself, as TorchVision's <c>SkiaImager</c> reads a truncated file without an error, black where nothing
/// is left of it, and multiplies colors by their alpha.
/// </remarks>
internal static class PictureFile
{
    /// <summary>Whether the name is that of a picture.</summary>
    public static bool HasPictureName(string path) => FormatOfName(path) is not null;

    /// <returns>The pixels, of shape [3, height, width].</returns>
    /// <exception cref="DamagedSampleException">
    /// The file is no picture, is damaged or truncated, or its name is that of another kind.
    /// </exception>
    public static (byte[] Pixels, int Height, int Width) Read(string path)
    {
        using var content = SKData.CreateCopy(File.ReadAllBytes(path));
        using var codec = SKCodec.Create(content);
        // Skia reads more, such as icons and WBMP, which begins with two zeros and so takes files for pictures that are none.
        if (codec?.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif))
        {
            throw new DamagedSampleException($"'{path}' is not a PNG, JPEG, WebP, BMP or GIF picture, or is truncated before its pixels.");
        }

        var format = Name(codec.EncodedFormat);
        if (FormatOfName(path) is { } named && named != codec.EncodedFormat)
        {
            throw new DamagedSampleException($"'{path}' is named as a {Name(named)} picture, but holds a {format} one; rename it.");
        }

        (var height, var width) = (codec.Info.Height, codec.Info.Width);
        var size = checked(4 * height * width);
        var interleaved = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            // Without a color space, so that none is converted to.
            var result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), interleaved);
            if (result == SKCodecResult.IncompleteInput)
            {
                throw new DamagedSampleException($"'{path}' is truncated: the {format} picture in it ends before its last pixel.");
            }

            if (result != SKCodecResult.Success)
            {
                throw new DamagedSampleException($"'{path}' cannot be decoded as a picture: it is damaged or truncated ({result}).");
            }

            return (ChannelsFirst(interleaved.AsSpan(0, size)), height, width);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(interleaved);
        }
    }

    private static byte[] ChannelsFirst(ReadOnlySpan<byte> interleaved)
    {
        var plane = interleaved.Length / 4;
        var pixels = new byte[3 * plane];
        Span<byte> red = pixels.AsSpan(0, plane), green = pixels.AsSpan(plane, plane), blue = pixels.AsSpan(2 * plane, plane);
        for (var i = 0; i < plane; i++)
        {
            red[i] = interleaved[4 * i];
            green[i] = interleaved[4 * i + 1];
            blue[i] = interleaved[4 * i + 2];
        }

        return pixels;
    }

    private static SKEncodedImageFormat? FormatOfName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => SKEncodedImageFormat.Png,
        ".jpg" or ".jpeg" => SKEncodedImageFormat.Jpeg,
        _ => null,
    };

    private static string Name(SKEncodedImageFormat format) => format.ToString().ToUpperInvariant();
}
