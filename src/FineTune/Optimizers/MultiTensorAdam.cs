namespace FineTune;

/// <summary>Adam, and AdamW where weight decay is decoupled from the gradient.</summary>
internal sealed class MultiTensorAdam(
    IReadOnlyList<OptimizerGroup> groups, bool masterWeights, double beta1, double beta2, double epsilon, bool decoupled)
    : MultiTensorOptimizer(groups, masterWeights, Mean, Square, ParameterState.Step)
{
    private const string Mean = "exp_avg", Square = "exp_avg_sq";

    protected override void Step(StepLists lists, Group group, bool first, bool fused) => Operators.Adam(
        lists.Parameters, lists.Gradients, lists.Moments(Mean), lists.Moments(Square), lists.Moments(ParameterState.Step),
        group.LearningRate, beta1, beta2, epsilon, group.WeightDecay, decoupled, fused);
}
