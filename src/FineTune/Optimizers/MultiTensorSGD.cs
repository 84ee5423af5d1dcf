using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Stochastic gradient descent, which without momentum remembers nothing.</summary>
internal sealed class MultiTensorSGD(
    IReadOnlyList<OptimizerGroup> groups, bool masterWeights, double momentum, double dampening, bool nesterov)
    : MultiTensorOptimizer(groups, masterWeights, momentum == 0 ? [] : [Buffer])
{
    private const string Buffer = "momentum_buffer";

    protected override void Step(StepLists lists, Group group, bool first, bool fused) => Operators.Sgd(
        lists.Parameters, lists.Gradients, momentum == 0 ? [] : lists.Moments(Buffer),
        group.LearningRate, momentum, dampening, group.WeightDecay, nesterov, first, fused);

    // On the CPU, libtorch 2.10's leaves all whole vectors of such a parameter as they were (pytorch/pytorch#191763).
    protected override bool IsFused(DeviceType device, ScalarType type) =>
        base.IsFused(device, type) && !(type == ScalarType.BFloat16 && device == DeviceType.CPU);
}
