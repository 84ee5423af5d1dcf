using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

internal sealed class BinaryCrossEntropyLoss(double labelSmoothing, double? positiveWeight) : Loss("binary_cross_entropy")
{
    private readonly Scalar kept = 1 - labelSmoothing, spread = labelSmoothing / 2;

    public override Tensor PerSample(Tensor output, Tensor target)
    {
        var wanted = Shaped(target, output);
        if (labelSmoothing > 0)
        {
            wanted = wanted * kept + spread;
        }

        var weight = positiveWeight is { } stated ? torch.full_like(output.detach(), stated) : null;
        return MeanPerSample(functional.binary_cross_entropy_with_logits(
            output, wanted, null, Reduction.None, weight));
    }

    public override TargetFault? Check(Tensor output, Tensor target)
    {
        var position = TargetValues.FirstOutside(target, 0, 1);
        if (position < 0)
        {
            return null;
        }

        var values = TargetValues.Doubles(target);
        return new TargetFault(
            TargetValues.RowOf(target, position),
            $"is {TargetValues.Text(values[position])}; binary cross-entropy takes 0 and 1, or a probability between "
                + $"them.{Advice(values)}");
    }

    public override string? DoubtAbout(Tensor output) => TargetValues.FirstOutside(output, 0, 1) < 0
        ? "All outputs for the first samples lie between 0 and 1, as after a sigmoid, but binary cross-entropy takes logits and applies a "
            + "sigmoid itself: with two of them hardly anything is learned. Let the model end without it."
        : null;

    public override string ToString() => FormattableString.Invariant(
        $"{Name}(labelSmoothing: {labelSmoothing}, positiveWeight: {positiveWeight?.ToString() ?? "none"})");

    private static string Advice(double[] values)
    {
        double[] different = [.. values.Distinct().Take(4).Order()];
        return different switch
        {
            [1, 2] or [2] => " Targets of 1 and 2 become 0 and 1 by subtracting 1.",
            [-1, 1] or [-1] => " Targets of -1 and 1 become 0 and 1 by (target + 1) / 2.",
            [0, 255] or [255] => " Targets of 0 and 255 become 0 and 1 by dividing by 255.",
            [_, _, _, ..] when different.All(value => value >= 0 && value == Math.Floor(value)) =>
                " More than two classes take a head with an output for each, and Losses.CategoricalCrossEntropy.",
            _ => "",
        };
    }
}
