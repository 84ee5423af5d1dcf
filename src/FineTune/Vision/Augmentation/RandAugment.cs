using static TorchSharp.torch;

namespace FineTune.Vision;

internal sealed class RandAugment(int operations, int magnitude, GridSampleMode interpolation, double fill) : Augmentation
{
    /// <summary>The greatest magnitude: torchvision's 31 steps, counted from 0.</summary>
    public const int Strongest = 30;

    private readonly double strength = (double)magnitude / Strongest;

    public override string Identity => FormattableString.Invariant(
        $"RandAugment(operations: {operations}, magnitude: {magnitude}, interpolation: {interpolation}, fill: {fill})");

    public override Tensor Apply(Tensor picture, Random random)
    {
        for (var i = 0; i < operations; i++)
        {
            var (operation, isReversed) = Draw(random);
            picture = Apply(picture, operation, isReversed);
        }

        return picture;
    }

    /// <summary>Draws one operation, and whether it goes the other way where it has two.</summary>
    public static (RandAugmentOperation Operation, bool IsReversed) Draw(Random random)
    {
        var operation = (RandAugmentOperation)random.Next((int)RandAugmentOperation.Equalize + 1);
        return (operation, HasDirections(operation) && random.Next(2) == 0);
    }

    /// <summary>Applies one operation at the strength stated.</summary>
    public Tensor Apply(Tensor picture, RandAugmentOperation operation, bool isReversed)
    {
        var (height, width) = (picture.size(1), picture.size(2));
        var by = isReversed ? -strength : strength;
        return operation switch
        {
            RandAugmentOperation.ShearX => Moved(Movement.ShearX(0.3 * by, height)),
            RandAugmentOperation.ShearY => Moved(Movement.ShearY(0.3 * by, width)),
            RandAugmentOperation.TranslateX => Moved(Movement.Translation(Math.Truncate(150.0 / 331 * width * by), 0)),
            RandAugmentOperation.TranslateY => Moved(Movement.Translation(0, Math.Truncate(150.0 / 331 * height * by))),
            RandAugmentOperation.Rotate => Moved(Movement.Rotation(30 * by)),
            RandAugmentOperation.Brightness => PictureOperations.Brightness(picture, 1 + 0.9 * by),
            RandAugmentOperation.Color => PictureOperations.Saturation(picture, 1 + 0.9 * by),
            RandAugmentOperation.Contrast => PictureOperations.Contrast(picture, 1 + 0.9 * by),
            RandAugmentOperation.Sharpness => PictureOperations.Sharpness(picture, 1 + 0.9 * by),
            RandAugmentOperation.Posterize => PictureOperations.Posterized(picture, (int)Math.Round(8 - 4 * strength)),
            RandAugmentOperation.Solarize => PictureOperations.Solarized(picture, 1 - strength),
            RandAugmentOperation.AutoContrast => PictureOperations.AutoContrast(picture),
            RandAugmentOperation.Equalize => PictureOperations.Equalized(picture),
            _ => picture,
        };

        Tensor Moved(Movement movement) => PictureOperations.Moved(picture, movement, interpolation, fill);
    }

    private static bool HasDirections(RandAugmentOperation operation) =>
        operation is >= RandAugmentOperation.ShearX and <= RandAugmentOperation.Sharpness;
}

/// <summary>What RandAugment chooses from; those from the shears to sharpness go both ways.</summary>
internal enum RandAugmentOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}
