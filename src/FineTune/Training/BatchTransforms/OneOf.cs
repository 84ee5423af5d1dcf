using static TorchSharp.torch;

namespace FineTune;

internal sealed class OneOf(IReadOnlyList<BatchTransform> transforms) : BatchTransform
{
    public override string ToString() => $"OneOf({string.Join(", ", transforms)})";

    internal override (Tensors Inputs, double Share) Mix(Tensors inputs, Tensor partners, Random random) =>
        transforms[random.Next(transforms.Count)].Mix(inputs, partners, random);
}
