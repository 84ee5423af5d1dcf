using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

internal sealed class MixUp : BatchTransform
{
    private readonly double alpha;

    public MixUp(double alpha)
    {
        ThrowUnlessPositive(alpha);
        this.alpha = alpha;
    }

    public override string ToString() => FormattableString.Invariant($"MixUp(alpha: {alpha})");

    internal override (Tensors Inputs, double Share) Mix(Tensors inputs, Tensor partners, Random random)
    {
        var share = BetaDistribution.Draw(random, alpha);
        using Scalar ofOwn = share, ofPartner = 1 - share;
        return (
            inputs.Select(input =>
            {
                var own = Floating(input);
                return own.index_select(0, partners).mul_(ofPartner).add_(own, ofOwn);
            }),
            share);
    }
}
