using static TorchSharp.torch;

namespace TorchSharp;

public static partial class torchvision
{
    /// <summary>A function of pictures: tensors of shape [..., channels, height, width], of bytes (0 to 255) or of floating-point numbers (0 to 1).</summary>
    public interface ITransform : nn.IModule<Tensor, Tensor>;

    /// <summary>What one does to pictures before training on them. Random transforms draw from the default generator.</summary>
    public static partial class transforms
    {
        public static ITransform Compose(params ITransform[] transforms) =>
            Of(image => transforms.Aggregate(image.alias(), (current, transform) => transform.call(current)));

        public static ITransform Lambda(Func<Tensor, Tensor> lambda) => Of(lambda);

        /// <summary>Scales numbers from the range of one dtype to that of another: 0 to 255 to 0 to 1, and back.</summary>
        public static ITransform ConvertImageDtype(ScalarType dtype) => Of(image => Pixels.Convert(image, dtype));

        /// <summary>Subtracts a mean from each channel, and divides by a standard deviation.</summary>
        public static ITransform Normalize(double[] means, double[] stdevs, ScalarType dtype = ScalarType.Float32, Device? device = null)
        {
            if (means.Length != stdevs.Length) throw new ArgumentException($"There are {means.Length} means, and {stdevs.Length} standard deviations.");
            if (stdevs.Contains(0)) throw new ArgumentException("A standard deviation must not be zero.");
            Tensor mean = tensor(means, [means.Length, 1, 1], dtype, device).DetachFromDisposeScope();
            Tensor deviation = tensor(stdevs, [means.Length, 1, 1], dtype, device).DetachFromDisposeScope();
            return Of(image => image.size(-3) == means.Length ? (image - mean) / deviation
                : throw new ArgumentException($"The picture has {image.size(-3)} channels, and cannot be normalized with {means.Length} means."));
        }

        /// <summary>Resizes the shorter side to a length and keeps the proportions, the longer side at most <paramref name="maxSize"/>.</summary>
        public static ITransform Resize(int size, int? maxSize = null) => Of(image =>
        {
            (long height, long width) = Geometry.Shorter(image, size, maxSize);
            return Geometry.Resize(image, height, width);
        });

        /// <summary>Resizes, with bilinear interpolation and antialiasing, as Pillow does.</summary>
        public static ITransform Resize(int height, int width) => Of(image => Geometry.Resize(image, height, width));

        public static ITransform Crop(int top, int left, int height, int width) => Of(image => Geometry.Crop(image, top, left, height, width));

        public static ITransform CenterCrop(int size) => CenterCrop(size, size);

        /// <summary>The middle of a picture, padded with zeros where the picture is smaller.</summary>
        public static ITransform CenterCrop(int height, int width) => Of(image => Geometry.Crop(
            image,
            Geometry.Middle(image.size(-2), height),
            Geometry.Middle(image.size(-1), width),
            height,
            width));

        public static ITransform ResizedCrop(int top, int left, int height, int width, int newHeight, int newWidth) => Of(image =>
        {
            using Tensor cropped = Geometry.Crop(image, top, left, height, width);
            return Geometry.Resize(cropped, newHeight, newWidth);
        });

        public static ITransform ResizedCrop(int top, int left, int size, int newSize) => ResizedCrop(top, left, size, size, newSize, newSize);

        public static ITransform RandomResizedCrop(int size, double scaleMin = 0.08, double scaleMax = 1.0, double ratioMin = 0.75, double ratioMax = 1.3333333333333) =>
            RandomResizedCrop(size, size, scaleMin, scaleMax, ratioMin, ratioMax);

        /// <summary>A part of random area and proportions, resized.</summary>
        public static ITransform RandomResizedCrop(int height, int width, double scaleMin = 0.08, double scaleMax = 1.0, double ratioMin = 0.75, double ratioMax = 1.3333333333333) => Of(image =>
        {
            (int top, int left, int rows, int columns) = Geometry.RandomPart(image, (scaleMin, scaleMax), (ratioMin, ratioMax));
            using Tensor cropped = Geometry.Crop(image, top, left, rows, columns);
            return Geometry.Resize(cropped, height, width);
        });

        public static ITransform HorizontalFlip() => Of(image => image.flip(-1));

        public static ITransform VerticalFlip() => Of(image => image.flip(-2));

        public static ITransform RandomHorizontalFlip(double p = 0.5) => Randomize(HorizontalFlip(), p);

        public static ITransform RandomVerticalFlip(double p = 0.5) => Randomize(VerticalFlip(), p);

        public static ITransform Rotate(float angle, InterpolationMode interpolation = InterpolationMode.Nearest, bool expand = false, (int, int)? center = null, IList<float>? fill = null) =>
            expand || center is not null || fill is not null ? throw new NotSupportedException("Rotation is about the centre, without expansion, and fills with zeros.")
            : Of(image => Geometry.Rotate(image, angle, interpolation));

        public static ITransform RandomRotation(double degrees, InterpolationMode interpolation = InterpolationMode.Nearest, bool expand = false, (int, int)? center = null, IList<float>? fill = null) =>
            RandomRotation((-degrees, degrees), interpolation, expand, center, fill);

        public static ITransform RandomRotation((double, double) degrees, InterpolationMode interpolation = InterpolationMode.Nearest, bool expand = false, (int, int)? center = null, IList<float>? fill = null) =>
            Of(image => Rotate((float)Chance.Between(degrees.Item1, degrees.Item2), interpolation, expand, center, fill).call(image));

        /// <param name="padding">One length for all sides; left-right and top-bottom; or left, top, right, bottom.</param>
        public static ITransform Pad(long[] padding, PaddingModes mode = PaddingModes.Constant, double fill = 0) => Of(image => Geometry.Pad(image, padding, mode, fill));

        public static ITransform Grayscale(int outputChannels = 1) => Of(image =>
        {
            using Tensor gray = Pixels.Gray(image);
            return gray.repeat([.. Enumerable.Repeat(1L, (int)image.ndim - 3), outputChannels, 1, 1]);
        });

        /// <summary>Makes a picture gray now and then; it keeps its three channels.</summary>
        public static ITransform RandomGrayscale(double p = 0.1) => Randomize(Grayscale(3), p);

        public static ITransform AdjustBrightness(double brightness_factor) => Of(image => Pixels.Brightness(image, brightness_factor));

        public static ITransform AdjustContrast(double contrast_factor) => Of(image => Pixels.Contrast(image, contrast_factor));

        public static ITransform AdjustSaturation(double saturation_factor) => Of(image => Pixels.Saturation(image, saturation_factor));

        /// <param name="hue_factor">The part of the colour circle to turn by, from -0.5 to 0.5.</param>
        public static ITransform AdjustHue(double hue_factor) =>
            hue_factor is < -0.5 or > 0.5 ? throw new ArgumentException($"The hue factor must be from -0.5 to 0.5, not {hue_factor}.")
            : Of(image => Pixels.Hue(image, hue_factor));

        public static ITransform AdjustGamma(double gamma, double gain = 1.0) => Of(image => Pixels.Gamma(image, gamma, gain));

        public static ITransform Invert() => Of(Pixels.Invert);

        public static ITransform RandomInvert(double p = 0.5) => Randomize(Invert(), p);

        public static ITransform ColorJitter(float brightness = 0, float contrast = 0, float saturation = 0, float hue = 0) =>
            ColorJitter(Around(brightness), Around(contrast), Around(saturation), (-hue, hue));

        /// <summary>Brightness, contrast, saturation and hue by random factors within the ranges, in random order.</summary>
        public static ITransform ColorJitter((float, float) brightness, (float, float) contrast, (float, float) saturation, (float, float) hue) => Of(image =>
        {
            long[] order = Chance.Order(4);
            ITransform?[] steps =
            [
                brightness is (1, 1) ? null : AdjustBrightness(Chance.Between(brightness.Item1, brightness.Item2)),
                contrast is (1, 1) ? null : AdjustContrast(Chance.Between(contrast.Item1, contrast.Item2)),
                saturation is (1, 1) ? null : AdjustSaturation(Chance.Between(saturation.Item1, saturation.Item2)),
                hue is (0, 0) ? null : AdjustHue(Chance.Between(hue.Item1, hue.Item2)),
            ];
            return Compose([.. order.Select(index => steps[index]).OfType<ITransform>()]).call(image);
        });

        public static ITransform GaussianBlur(IList<long> kernelSize, float sigma) => GaussianBlur(kernelSize, sigma, sigma);

        /// <param name="kernelSize">Odd lengths, of width and height.</param>
        public static ITransform GaussianBlur(IList<long> kernelSize, float min = 0.1f, float max = 2.0f) => Of(image =>
        {
            double sigma = Chance.Between(min, max);
            return Geometry.Blur(image, (kernelSize[0], sigma), (kernelSize[^1], sigma));
        });

        public static ITransform GaussianBlur(long kernelSize, float sigma) => GaussianBlur([kernelSize], sigma);

        public static ITransform GaussianBlur(long kernelSize, float min = 0.1f, float max = 2.0f) => GaussianBlur([kernelSize], min, max);

        public static ITransform GaussianBlur(long kernelHeight, long kernelWidth, float sigma) => GaussianBlur([kernelWidth, kernelHeight], sigma);

        public static ITransform GaussianBlur(long kernelHeight, long kernelWidth, float min = 0.1f, float max = 2.0f) => GaussianBlur([kernelWidth, kernelHeight], min, max);

        /// <summary>Applies a transform with a probability.</summary>
        public static ITransform Randomize(ITransform transform, double p = 0.1) => Of(image => Chance.Of(p) ? transform.call(image) : image.alias());

        /// <summary>Applies all transforms, or none.</summary>
        public static ITransform RandomApply(ITransform[] transforms, double p = 0.5) => Randomize(Compose(transforms), p);

        public static ITransform RandomChoice(params ITransform[] transforms) => Of(image => transforms[Chance.Order(transforms.Length)[0]].call(image));

        public static ITransform RandomOrder(params ITransform[] transforms) =>
            Of(image => Compose([.. Chance.Order(transforms.Length).Select(index => transforms[index])]).call(image));

        private static (float, float) Around(float value) => (Math.Max(0, 1 - value), 1 + value);

        private static Function Of(Func<Tensor, Tensor> function) => new(function);

        /// <summary>Only the result of a function comes out of its scope.</summary>
        private sealed class Function(Func<Tensor, Tensor> function) : ITransform
        {
            public Tensor call(Tensor input) => WrappedTensorDisposeScope(() => function(input));
        }
    }
}
