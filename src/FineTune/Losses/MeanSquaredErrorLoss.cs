using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

internal sealed class MeanSquaredErrorLoss() : Loss("mean_squared_error")
{
    public override Tensor PerSample(Tensor output, Tensor target) =>
        MeanPerSample(functional.mse_loss(output, Shaped(target, output), Reduction.None));

    public override TargetFault? Check(Tensor output, Tensor target)
    {
        var position = TargetValues.FirstOutside(target, double.MinValue, double.MaxValue);
        return position < 0
            ? null
            : new TargetFault(
                TargetValues.RowOf(target, position),
                $"is {TargetValues.Text(TargetValues.Doubles(target)[position])}; expected a finite number.");
    }
}
