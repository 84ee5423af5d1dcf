namespace FineTune;

/// <summary>RMSProp, for which libtorch has no fused operator.</summary>
internal sealed class MultiTensorRMSProp(
    IReadOnlyList<OptimizerGroup> groups, bool masterWeights, double alpha, double epsilon, double momentum, bool centered)
    : MultiTensorOptimizer(groups, masterWeights, Moments(momentum > 0, centered))
{
    private const string Square = "square_avg", Buffer = "momentum_buffer", Mean = "grad_avg";

    protected override void Step(StepLists lists, Group group, bool first, bool fused) => Operators.RmsProp(
        lists.Parameters, lists.Gradients, lists.Moments(Square),
        momentum > 0 ? lists.Moments(Buffer) : [], centered ? lists.Moments(Mean) : [],
        group.LearningRate, alpha, epsilon, group.WeightDecay, momentum);

    private static string[] Moments(bool hasBuffer, bool hasMean) =>
        [Square, .. hasBuffer ? [Buffer] : Array.Empty<string>(), .. hasMean ? [Mean] : Array.Empty<string>()];
}
