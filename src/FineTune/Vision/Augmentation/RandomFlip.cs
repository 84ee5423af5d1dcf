using static TorchSharp.torch;

namespace FineTune.Vision;

internal sealed class RandomFlip(string name, double probability, int dimension) : Augmentation
{
    public override string Identity => FormattableString.Invariant($"{name}(probability: {probability})");

    public override Tensor Apply(Tensor picture, Random random) =>
        random.NextDouble() < probability ? picture.flip(dimension) : picture;
}
