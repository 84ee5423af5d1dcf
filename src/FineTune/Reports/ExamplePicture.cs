using System.Buffers.Binary;
using System.IO.Compression;
using FineTune.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>A model's input as a picture, for a page to show.</summary>
/// <seealso href="https://www.w3.org/TR/png-3/"/>
internal static class ExamplePicture
{
    private const int GreyScale = 0;
    private const int TrueColor = 2;

    /// <summary>Whether an input is a picture: one or three channels of a height and a width.</summary>
    public static bool Is(Tensor input) => input.dim() == 3 && input.shape[0] is 1 or 3 && input.shape[1] > 1 && input.shape[2] > 1;

    /// <summary>
    /// The PNG file of an input of shape [1 or 3, height, width]. Its values are spread from black to white, as what it
    /// was normalized by is not known.
    /// </summary>
    public static byte[] Png(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        var (channels, height, width) = ((int)input.shape[0], (int)input.shape[1], (int)input.shape[2]);
        var values = input.detach().cpu().to_type(ScalarType.Float32).permute(1, 2, 0).contiguous().data<float>().ToArray();
        var (low, high) = (values.Min(), values.Max());
        var scale = high > low ? 255 / (high - low) : 0;

        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = channels == 1 ? (byte)GreyScale : (byte)TrueColor;
        Chunk(png, "IHDR"u8, header);
        using (var pixels = new MemoryStream())
        {
            using (var packed = new ZLibStream(pixels, CompressionLevel.Optimal, leaveOpen: true))
            {
                foreach (var row in values.Chunk(width * channels))
                {
                    // Each row says first how it is filtered: not at all.
                    packed.WriteByte(0);
                    packed.Write([.. row.Select(value => (byte)Math.Round((value - low) * scale))]);
                }
            }

            Chunk(png, "IDAT"u8, pixels.ToArray());
        }

        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(kind);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of([.. kind, .. content]));
        png.Write(number);
    }
}
