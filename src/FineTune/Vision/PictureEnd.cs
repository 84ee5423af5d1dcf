using System.Buffers.Binary;
using SkiaSharp;

namespace FineTune.Vision;

/// <summary>
/// Looks for the mark at the end of a picture: without it the file was cut off, although a decoder may have found every pixel before.
/// </summary>
internal static class PictureEnd
{
    /// <summary>What is missing, in words; null where nothing is, or the format has no such mark.</summary>
    public static string? Missing(ReadOnlySpan<byte> file, SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg => EndsJpeg(file) ? null : "its end marker (EOI)",
        SKEncodedImageFormat.Png => EndsPng(file) ? null : "its end chunk (IEND)",
        SKEncodedImageFormat.Gif => EndsGif(file) ? null : "its end (the trailer)",
        SKEncodedImageFormat.Webp =>
            file.Length >= 8 + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) ? null : "what its length announces",
        _ => null,
    };

    // Segments with a length, and between them whatever there is: the coded picture, or stray bytes, which decoders skip.
    private static bool EndsJpeg(ReadOnlySpan<byte> file)
    {
        for (var i = 2; i + 1 < file.Length;)
        {
            if (file[i++] != 0xFF)
            {
                continue;
            }

            switch (file[i])
            {
                case 0xD9:
                    return true;
                case 0xFF:
                    break;
                case 0 or 1 or (>= 0xD0 and <= 0xD8):
                    i++;
                    break;
                default:
                    i += i + 2 < file.Length ? 1 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(file[(i + 1)..])) : 3;
                    break;
            }
        }

        return false;
    }

    private static bool EndsPng(ReadOnlySpan<byte> file)
    {
        for (long i = 8; i + 12 <= file.Length;)
        {
            var chunk = file[(int)i..];
            if (chunk[4..].StartsWith("IEND"u8))
            {
                return true;
            }

            i += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return false;
    }

    private static bool EndsGif(ReadOnlySpan<byte> file)
    {
        for (var i = 13 + Table(file[10]); i < file.Length;)
        {
            switch (file[i])
            {
                case 0x3B:
                    return true;
                case 0x21:
                    i = AfterBlocks(file, i + 2);
                    break;
                case 0x2C when i + 9 < file.Length:
                    i = AfterBlocks(file, i + 11 + Table(file[i + 9]));
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private static int Table(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int AfterBlocks(ReadOnlySpan<byte> file, int i)
    {
        while (i < file.Length && file[i] != 0)
        {
            i += file[i] + 1;
        }

        return i + 1;
    }
}
