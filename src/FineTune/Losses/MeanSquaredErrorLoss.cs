using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

internal sealed class MeanSquaredErrorLoss() : Loss("mean_squared_error")
{
    public override Tensor PerSample(Tensor output, Tensor target) =>
        MeanPerSample(functional.mse_loss(output, Shaped(target, output), Reduction.None));
}
