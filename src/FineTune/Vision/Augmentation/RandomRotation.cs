using static TorchSharp.torch;

namespace FineTune.Vision;

internal sealed class RandomRotation(double degrees, GridSampleMode interpolation, double fill) : Augmentation
{
    public override string Identity =>
        FormattableString.Invariant($"Rotation(degrees: {degrees}, interpolation: {interpolation}, fill: {fill})");

    public override Tensor Apply(Tensor picture, Random random) =>
        PictureOperations.Moved(picture, Movement.Rotation(Area.Between(random, -degrees, degrees)), interpolation, fill);
}
