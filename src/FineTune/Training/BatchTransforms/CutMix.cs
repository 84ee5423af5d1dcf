using static TorchSharp.torch;

namespace FineTune;

internal sealed class CutMix : BatchTransform
{
    private readonly double alpha;

    public CutMix(double alpha)
    {
        ThrowUnlessPositive(alpha);
        this.alpha = alpha;
    }

    public override string ToString() => FormattableString.Invariant($"CutMix(alpha: {alpha})");

    internal override (Tensors Inputs, double Share) Mix(Tensors inputs, Tensor partners, Random random)
    {
        if (inputs is not [{ } pictures] || pictures.dim() != 4)
        {
            throw new FineTuneException(
                $"{this} takes one input of pictures, [N, channels, height, width], but there "
                    + $"{(inputs.Count == 1 ? "is one" : $"are {inputs.Count}")} of "
                    + string.Join(" and ", inputs.Select(input => $"[{string.Join(", ", input.shape)}]"))
                    + ". Take BatchTransforms.MixUp.");
        }

        var (height, width) = ((int)pictures.size(2), (int)pictures.size(3));
        var (top, left, down, across) = Draw(random, height, width);
        var mixed = Floating(pictures).clone();
        var other = mixed.index_select(0, partners);
        Part(mixed).copy_(Part(other));
        return (mixed, 1 - (double)down * across / ((double)height * width));

        Tensor Part(Tensor all) => all.narrow(2, top, down).narrow(3, left, across);
    }

    /// <summary>Draws the rectangle: its middle anywhere, its sides as long as the area asks for, cut off at the picture's edges.</summary>
    internal (int Top, int Left, int Down, int Across) Draw(Random random, int height, int width)
    {
        var half = 0.5 * Math.Sqrt(1 - BetaDistribution.Draw(random, alpha));
        var (x, y) = (random.Next(width), random.Next(height));
        var (halfAcross, halfDown) = ((int)(half * width), (int)(half * height));
        var (left, top) = (Math.Max(0, x - halfAcross), Math.Max(0, y - halfDown));
        return (top, left, Math.Min(height, y + halfDown) - top, Math.Min(width, x + halfAcross) - left);
    }
}
