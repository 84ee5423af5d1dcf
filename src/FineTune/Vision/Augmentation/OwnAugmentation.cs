using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>A function as an augmentation.</summary>
internal sealed class OwnAugmentation(Func<Tensor, Random, Tensor> change, bool afterNormalization) : Augmentation
{
    public override bool IsAfterNormalization => afterNormalization;

    public override Tensor Apply(Tensor picture, Random random) => change(picture, random);
}
