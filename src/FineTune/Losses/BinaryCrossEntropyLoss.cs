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
}
