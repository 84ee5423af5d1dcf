using System.Buffers.Binary;
using FineTune.Data;

namespace FineTune.Vision;

/// <summary>
/// Whether a file is, from its first byte to its last, the kind of picture that its name says. Decoders do not tell:
/// they go by content alone, and fill the missing part of a truncated JPEG with grey.
/// </summary>
internal static class PictureFile
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    public static bool HasPictureName(string path) => KindOfName(path) is not null;

    /// <exception cref="DamagedSampleException">It is not.</exception>
    public static void Check(ReadOnlySpan<byte> content, string path)
    {
        string expected = KindOfName(path)!;
        string? actual = KindOfContent(content);
        if (actual is null)
            throw new DamagedSampleException($"'{path}' is not a picture: its first bytes are neither those of a PNG nor of a JPEG file.");
        if (actual != expected)
            throw new DamagedSampleException($"'{path}' is named as a {expected} picture, but holds a {actual} one; rename it.");
        if (!(actual == "PNG" ? IsWholePng(content) : IsWholeJpeg(content)))
            throw new DamagedSampleException($"'{path}' is truncated: the {actual} picture in it does not reach its end marker.");
    }

    private static string? KindOfName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => "PNG",
        ".jpg" or ".jpeg" => "JPEG",
        _ => null,
    };

    private static string? KindOfContent(ReadOnlySpan<byte> content) =>
        content.StartsWith(PngSignature) ? "PNG" : content.StartsWith(JpegSignature) ? "JPEG" : null;

    // Chunks of length, type, data and checksum, up to IEND (PNG specification, 5.3).
    private static bool IsWholePng(ReadOnlySpan<byte> content)
    {
        content = content[PngSignature.Length..];
        while (content.Length >= 12)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(content);
            if (length > content.Length - 12)
                return false;
            if (content.Slice(4, 4).SequenceEqual("IEND"u8))
                return true;
            content = content[(12 + (int)length)..];
        }

        return false;
    }

    // Segments of marker, length and data; after a start of scan, coded data in which FF is followed by 00 or by a
    // restart marker, until the next segment (ITU T.81, annex B).
    private static bool IsWholeJpeg(ReadOnlySpan<byte> content)
    {
        const byte endOfImage = 0xD9, startOfScan = 0xDA;
        content = content[2..];
        while (content.Length >= 2 && content[0] == 0xFF)
        {
            byte marker = content[1];
            if (marker == endOfImage)
                return true;
            if (marker == 0xFF)
            {
                content = content[1..];
                continue;
            }

            if (content.Length < 4)
                return false;
            int length = 2 + BinaryPrimitives.ReadUInt16BigEndian(content[2..]);
            if (length > content.Length)
                return false;
            content = content[length..];
            if (marker == startOfScan)
                content = content[CodedLength(content)..];
        }

        return false;
    }

    private static int CodedLength(ReadOnlySpan<byte> content)
    {
        int position = 0;
        while (true)
        {
            int next = content[position..].IndexOf((byte)0xFF);
            if (next < 0 || position + next + 1 >= content.Length)
                return content.Length;
            position += next;
            if (content[position + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
                return position;
            position += 2;
        }
    }
}
