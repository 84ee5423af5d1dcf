using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// The augmentations there are, for <see cref="ImageFolderOptions.Augment"/> and <see cref="AugmentedDataset"/>. Ranges, formulas and
/// defaults are those of <c>torchvision.transforms.v2</c> for tensors of floating numbers, the numbers drawn are .NET's own.
/// </summary>
/// <example><code>
/// var train = ImageFolder.Load("pictures", new()
/// {
///     Augment = [Augmentations.RandomResizedCrop(), Augmentations.HorizontalFlip(), Augmentations.RandomErasing()],
/// });
/// </code></example>
public static class Augmentations
{
    /// <summary>
    /// A part of the picture, of random size and shape, resized to the picture's size with antialiasing: Szegedy et al. 2015, torchvision's
    /// <c>RandomResizedCrop</c>.
    /// </summary>
    /// <param name="scale">The share of the picture's area; from 0.08 to 1 where not stated.</param>
    /// <param name="ratio">Width / height of the part, drawn evenly by its logarithm; from 3/4 to 4/3 where not stated.</param>
    /// <remarks>
    /// First in the list of an <see cref="ImageFolder"/>, it takes its part of the picture as it is stored, and no middle square comes
    /// before. For fine-tuning on pictures that show one thing, a least scale of 0.35 or more leaves more of it in sight.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A range is empty, or not above 0, or a scale above 1.</exception>
    public static Augmentation RandomResizedCrop((double Least, double Most)? scale = null, (double Least, double Most)? ratio = null)
    {
        var (parts, shapes) = (scale ?? (0.08, 1), ratio ?? (3.0 / 4, 4.0 / 3));
        ThrowUnlessRange(parts, 1, nameof(scale));
        ThrowUnlessRange(shapes, double.MaxValue, nameof(ratio));
        return new RandomResizedCrop(parts, shapes);
    }

    /// <summary>Left and right are exchanged: torchvision's <c>RandomHorizontalFlip</c>. Not for digits, text and road signs.</summary>
    /// <param name="probability">How often.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public static Augmentation HorizontalFlip(double probability = 0.5)
    {
        ThrowUnlessProbability(probability);
        return new RandomFlip("HorizontalFlip", probability, 2);
    }

    /// <summary>Top and bottom are exchanged: torchvision's <c>RandomVerticalFlip</c>. For pictures from above or through a
    /// microscope.</summary>
    /// <param name="probability">How often.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public static Augmentation VerticalFlip(double probability = 0.5)
    {
        ThrowUnlessProbability(probability);
        return new RandomFlip("VerticalFlip", probability, 1);
    }

    /// <summary>
    /// The picture is turned about its centre, in its own frame: torchvision's <c>RandomRotation</c>.
    /// </summary>
    /// <param name="degrees">The most, in both directions.</param>
    /// <param name="interpolation">How pixels in between are found. Nearest is torchvision's default; bilinear looks better.</param>
    /// <param name="fill">What is put where the picture does not reach: 0 for black, 1 for white.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is negative or above 180.</exception>
    public static Augmentation Rotation(double degrees, GridSampleMode interpolation = GridSampleMode.Nearest, double fill = 0)
    {
        if (!(degrees is >= 0 and <= 180))
        {
            throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "An angle is from 0 to 180 degrees, drawn to both sides.");
        }

        return new RandomRotation(degrees, interpolation, fill);
    }

    /// <summary>
    /// Brightness, contrast, saturation and hue, changed in an order that is random: torchvision's <c>ColorJitter</c>. Grey pictures have
    /// no saturation and hue.
    /// </summary>
    /// <param name="brightness">A factor is drawn evenly from 1 - this, at least 0, to 1 + this. 0 leaves brightness as it is.</param>
    /// <param name="contrast">The same of contrast.</param>
    /// <param name="saturation">The same of saturation.</param>
    /// <param name="hue">A share of the color circle is drawn evenly from minus this to this; at most 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is negative or not finite, or the hue above 0.5.</exception>
    public static Augmentation ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        foreach (var (value, name, most) in new[]
        {
            (brightness, nameof(brightness), double.MaxValue), (contrast, nameof(contrast), double.MaxValue),
            (saturation, nameof(saturation), double.MaxValue), (hue, nameof(hue), 0.5),
        })
        {
            if (!(value >= 0 && value <= most))
            {
                throw new ArgumentOutOfRangeException(
                    name, value, most == 0.5 ? "A hue is from 0 to 0.5 of the circle." : "A range of factors is finite and not negative.");
            }
        }

        return new ColorJitter(brightness, contrast, saturation, hue);
    }

    /// <summary>
    /// A rectangle is painted over, after normalization: Zhong et al. 2017, torchvision's <c>RandomErasing</c>.
    /// </summary>
    /// <param name="probability">How often.</param>
    /// <param name="scale">The share of the picture's area; from 0.02 to 0.33 where not stated.</param>
    /// <param name="ratio">Height / width of the rectangle, drawn evenly by its logarithm; from 0.3 to 3.3 where not stated.</param>
    /// <param name="value">What it is painted with; 0 is the mean color. Null for noise, each value of a standard normal
    /// distribution.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not from 0 to 1, or a range is empty.</exception>
    public static Augmentation RandomErasing(
        double probability = 0.5, (double Least, double Most)? scale = null, (double Least, double Most)? ratio = null, double? value = 0)
    {
        var (parts, shapes) = (scale ?? (0.02, 0.33), ratio ?? (0.3, 3.3));
        ThrowUnlessProbability(probability);
        ThrowUnlessRange(parts, 1, nameof(scale));
        ThrowUnlessRange(shapes, double.MaxValue, nameof(ratio));
        return new RandomErasing(probability, parts, shapes, value);
    }

    /// <summary>
    /// A few operations one after the other, each drawn from fourteen (shears, shifts, rotation, brightness, color, contrast, sharpness,
    /// posterize, solarize, autocontrast, equalize, none), all of one strength: Cubuk et al. 2020, torchvision's <c>RandAugment</c>. One
    /// line that serves where nobody wants to choose; a crop and a flip go before it, erasing after it.
    /// </summary>
    /// <param name="operations">How many.</param>
    /// <param name="magnitude">How strong, from 0 to 30.</param>
    /// <param name="interpolation">How pixels in between are found.</param>
    /// <param name="fill">What is put where the picture does not reach.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <example><code>Augment = [Augmentations.RandomResizedCrop(), Augmentations.HorizontalFlip(),
    /// Augmentations.RandAugment()]</code></example>
    public static Augmentation RandAugment(
        int operations = 2, int magnitude = 9, GridSampleMode interpolation = GridSampleMode.Nearest, double fill = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(operations);
        ArgumentOutOfRangeException.ThrowIfNegative(magnitude);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magnitude, Vision.RandAugment.Strongest);
        return new RandAugment(operations, magnitude, interpolation, fill);
    }

    /// <summary>A function of your own. Nobody can compare it, so features of such pictures are kept for one <c>Fit</c> only.</summary>
    /// <param name="change">Takes a picture of shape [channels, height, width], and draws from the given numbers alone.</param>
    /// <param name="afterNormalization">Whether the picture is normalized before, and not from 0 to 1.</param>
    /// <example><code>Augment = [Augmentations.Of((picture, random) => random.Next(2) == 0 ? picture : 1 - picture)]</code></example>
    public static Augmentation Of(Func<Tensor, Random, Tensor> change, bool afterNormalization = false)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new OwnAugmentation(change, afterNormalization);
    }

    private static void ThrowUnlessProbability(double probability)
    {
        if (!(probability is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability is from 0 to 1.");
        }
    }

    private static void ThrowUnlessRange((double Least, double Most) range, double most, string name)
    {
        if (!(range.Least > 0 && range.Least <= range.Most && range.Most <= most))
        {
            throw new ArgumentOutOfRangeException(
                name, range, $"A range is above 0, least and most in this order{(most == 1 ? ", and at most 1" : "")}.");
        }
    }
}
