using System.Runtime.InteropServices;
using System.Text;

using TorchSharp.Interop;

using static TorchSharp.torch;
using static TorchSharp.torchvision;

namespace TorchSharp;

/// <summary>Pictures by OpenCV's codecs. An orientation stated in a file is not applied.</summary>
internal sealed unsafe class OpenCVImager : io.Imager
{
    private const int Quality = 75;

    public override Tensor DecodeImage(Stream stream, io.ImageReadMode mode = io.ImageReadMode.UNCHANGED)
    {
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return Decode(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), mode);
    }

    public override Tensor DecodeImage(byte[] data, io.ImageReadMode mode = io.ImageReadMode.UNCHANGED) => Decode(data, mode);

    public override void EncodeImage(Tensor image, ImageFormat format, Stream stream)
    {
        using Tensor encoded = Encode(image, format);
        stream.Write(encoded.bytes);
    }

    public override byte[] EncodeImage(Tensor image, ImageFormat format)
    {
        using Tensor encoded = Encode(image, format);
        return encoded.bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">The data is no picture, or not all of one.</exception>
    private static Tensor Decode(ReadOnlySpan<byte> data, io.ImageReadMode mode)
    {
        nint result;
        byte* error;
        fixed (byte* first = data) error = Native.ft_image_decode(first, data.Length, (int)mode, &result);
        if (error != null) throw new InvalidDataException($"Cannot decode: {Marshal.PtrToStringUTF8((nint)error)}.");
        return new Tensor(result);
    }

    private static Tensor Encode(Tensor image, ImageFormat format)
    {
        string extension = format switch
        {
            ImageFormat.Png => ".png",
            ImageFormat.Jpeg => ".jpg",
            ImageFormat.Bmp => ".bmp",
            ImageFormat.Tiff => ".tiff",
            ImageFormat.Pbm => ".pbm",
            ImageFormat.Webp => ".webp",
            _ => throw new ArgumentException($"Pictures cannot be written as {format}: expected Png, Jpeg, Bmp, Tiff, Pbm or Webp."),
        };
        nint result;
        byte* error;
        fixed (byte* text = Encoding.UTF8.GetBytes(extension + '\0')) error = Native.ft_image_encode(image.Handle, text, Quality, &result);
        GC.KeepAlive(image);
        Native.Check(error);
        return new Tensor(result);
    }
}
