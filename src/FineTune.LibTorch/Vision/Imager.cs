using static TorchSharp.torch;

namespace TorchSharp;

public static partial class torchvision
{
    public enum ImageFormat { Unknown, Png, Jpeg, Bmp, Gif, Tiff, Emf, Exif, Wmf, Pbm, Tga, Webp }

    public static partial class io
    {
        /// <summary>Which channels a picture is read as: as the file has them; 1, 2, 3 or 4.</summary>
        public enum ImageReadMode { UNCHANGED, GRAY, GRAY_ALPHA, RGB, RGB_ALPHA }

        /// <summary>Decodes and encodes pictures: tensors of bytes of shape [channels, height, width], in the order red, green, blue, alpha.</summary>
        public abstract class Imager
        {
            public abstract Tensor DecodeImage(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED);

            public abstract Tensor DecodeImage(byte[] data, ImageReadMode mode = ImageReadMode.UNCHANGED);

            public virtual Task<Tensor> DecodeImageAsync(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED, CancellationToken cancellationToken = default) =>
                Task.FromResult(DecodeImage(stream, mode));

            public abstract void EncodeImage(Tensor image, ImageFormat format, Stream stream);

            public abstract byte[] EncodeImage(Tensor image, ImageFormat format);

            public virtual Task EncodeImageAsync(Tensor image, ImageFormat format, Stream stream, CancellationToken cancellationToken = default)
            {
                EncodeImage(image, format, stream);
                return Task.CompletedTask;
            }
        }
    }
}
