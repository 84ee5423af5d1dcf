using static TorchSharp.torch;

namespace TorchSharp;

public static partial class torchvision
{
    /// <summary>Reading and writing pictures.</summary>
    public static partial class io
    {
        /// <summary>What decodes and encodes unless a call says otherwise.</summary>
        public static Imager DefaultImager { get; set; } = new OpenCVImager();

        /// <exception cref="InvalidDataException">The file is no picture, or a damaged one; the message names it.</exception>
        public static Tensor read_image(string filename, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null)
        {
            try
            {
                return (imager ?? DefaultImager).DecodeImage(File.ReadAllBytes(filename), mode);
            }
            catch (InvalidDataException error)
            {
                throw new InvalidDataException($"{filename}: {error.Message}", error);
            }
        }

        public static Tensor read_image(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null) =>
            (imager ?? DefaultImager).DecodeImage(stream, mode);

        public static async Task<Tensor> read_image_async(string filename, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null)
        {
            await using FileStream stream = File.OpenRead(filename);
            return await (imager ?? DefaultImager).DecodeImageAsync(stream, mode).ConfigureAwait(false);
        }

        public static Task<Tensor> read_image_async(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null) =>
            (imager ?? DefaultImager).DecodeImageAsync(stream, mode);

        /// <summary>Decodes a picture from a tensor of the file's bytes.</summary>
        public static Tensor decode_image(Tensor image, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null) =>
            (imager ?? DefaultImager).DecodeImage(image.bytes.ToArray(), mode);

        public static Tensor encode_image(Tensor image, ImageFormat format, Imager? imager = null) => tensor((imager ?? DefaultImager).EncodeImage(image, format));

        public static void write_image(Tensor image, string filename, ImageFormat format, Imager? imager = null) =>
            File.WriteAllBytes(filename, (imager ?? DefaultImager).EncodeImage(image, format));

        public static void write_image(Tensor image, Stream stream, ImageFormat format, Imager? imager = null) =>
            (imager ?? DefaultImager).EncodeImage(image, format, stream);

        public static async Task write_image_async(Tensor image, string filename, ImageFormat format, Imager? imager = null)
        {
            await using FileStream stream = File.Create(filename);
            await (imager ?? DefaultImager).EncodeImageAsync(image, format, stream).ConfigureAwait(false);
        }

        public static Task write_image_async(Tensor image, Stream stream, ImageFormat format, CancellationToken cancellationToken = default, Imager? imager = null) =>
            (imager ?? DefaultImager).EncodeImageAsync(image, format, stream, cancellationToken);

        public static void write_png(Tensor image, string filename, Imager? imager = null) => write_image(image, filename, ImageFormat.Png, imager);

        public static void write_png(Tensor image, Stream stream, Imager? imager = null) => write_image(image, stream, ImageFormat.Png, imager);

        public static void write_jpeg(Tensor image, string filename, Imager? imager = null) => write_image(image, filename, ImageFormat.Jpeg, imager);

        public static void write_jpeg(Tensor image, Stream stream, Imager? imager = null) => write_image(image, stream, ImageFormat.Jpeg, imager);

        /// <summary>The bytes of a file.</summary>
        public static Tensor read_file(string filename) => tensor(File.ReadAllBytes(filename));

        public static async Task<Tensor> read_file_async(string filename) => tensor(await File.ReadAllBytesAsync(filename).ConfigureAwait(false));

        public static void write_file(string filename, Tensor data) => File.WriteAllBytes(filename, data.bytes.ToArray());
    }
}
