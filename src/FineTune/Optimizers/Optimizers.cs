namespace FineTune;

/// <summary>The optimizers that a model can be compiled with.</summary>
/// <example><code>
/// var compiled = model.Compile(Optimizers.Adam(1e-4), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
/// </code></example>
/// <remarks>
/// A learning rate that is left out is the phase's default: that of the optimizer in the head phase, a tenth of it
/// when fine-tuning. Rates stated by attributes on the model's members go before it.
/// </remarks>
public static class Optimizers
{
    /// <summary>Adam (Kingma and Ba, 2015), with an L2 penalty as weight decay.</summary>
    /// <param name="learningRate">The learning rate; 1e-4 where nobody states one.</param>
    /// <param name="beta1">How slowly the mean of the gradients forgets.</param>
    /// <param name="beta2">How slowly the mean of their squares forgets.</param>
    /// <param name="epsilon">Added to the denominator.</param>
    /// <param name="weightDecay">The L2 penalty.</param>
    /// <param name="decayBiasAndNorm">Whether the penalty reaches parameters of rank one or lower.</param>
    /// <param name="masterWeights">Whether weights in half precision are stepped as copies in single precision.</param>
    public static OptimizerConfig Adam(
        double? learningRate = null,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        bool decayBiasAndNorm = true,
        bool masterWeights = false) =>
        new AdamConfig(learningRate, beta1, beta2, epsilon, weightDecay)
        { DecayBiasAndNorm = decayBiasAndNorm, MasterWeights = masterWeights };

    /// <summary>AdamW (Loshchilov and Hutter, 2019): Adam with weight decay decoupled from the gradient.</summary>
    /// <param name="learningRate">The learning rate; 1e-4 where nobody states one.</param>
    /// <param name="beta1">How slowly the mean of the gradients forgets.</param>
    /// <param name="beta2">How slowly the mean of their squares forgets.</param>
    /// <param name="epsilon">Added to the denominator.</param>
    /// <param name="weightDecay">The weight decay; 0.01 by default, as in PyTorch.</param>
    /// <param name="decayBiasAndNorm">Whether the decay reaches parameters of rank one or lower.</param>
    /// <param name="masterWeights">Whether weights in half precision are stepped as copies in single precision.</param>
    public static OptimizerConfig AdamW(
        double? learningRate = null,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0.01,
        bool decayBiasAndNorm = true,
        bool masterWeights = false) =>
        new AdamWConfig(learningRate, beta1, beta2, epsilon, weightDecay)
        { DecayBiasAndNorm = decayBiasAndNorm, MasterWeights = masterWeights };

    /// <summary>Stochastic gradient descent, with momentum if asked.</summary>
    /// <param name="learningRate">The learning rate; 1e-3 where nobody states one.</param>
    /// <param name="momentum">How much of the last update goes on.</param>
    /// <param name="dampening">How much less of the gradient enters the momentum.</param>
    /// <param name="weightDecay">The L2 penalty.</param>
    /// <param name="nesterov">Whether the gradient is taken ahead of the momentum.</param>
    /// <param name="decayBiasAndNorm">Whether the penalty reaches parameters of rank one or lower.</param>
    /// <param name="masterWeights">Whether weights in half precision are stepped as copies in single precision.</param>
    public static OptimizerConfig SGD(
        double? learningRate = null,
        double momentum = 0,
        double dampening = 0,
        double weightDecay = 0,
        bool nesterov = false,
        bool decayBiasAndNorm = true,
        bool masterWeights = false) =>
        new SGDConfig(learningRate, momentum, dampening, weightDecay, nesterov)
        { DecayBiasAndNorm = decayBiasAndNorm, MasterWeights = masterWeights };

    /// <summary>RMSProp (Tieleman and Hinton, 2012).</summary>
    /// <param name="learningRate">The learning rate; 1e-4 where nobody states one.</param>
    /// <param name="alpha">How slowly the mean of the squared gradients forgets.</param>
    /// <param name="epsilon">Added to the denominator.</param>
    /// <param name="weightDecay">The L2 penalty.</param>
    /// <param name="momentum">How much of the last update goes on.</param>
    /// <param name="centered">Whether the mean of the gradients is taken off their squares.</param>
    /// <param name="decayBiasAndNorm">Whether the penalty reaches parameters of rank one or lower.</param>
    /// <param name="masterWeights">Whether weights in half precision are stepped as copies in single precision.</param>
    public static OptimizerConfig RMSProp(
        double? learningRate = null,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentum = 0,
        bool centered = false,
        bool decayBiasAndNorm = true,
        bool masterWeights = false) =>
        new RMSPropConfig(learningRate, alpha, epsilon, weightDecay, momentum, centered)
        { DecayBiasAndNorm = decayBiasAndNorm, MasterWeights = masterWeights };

    private sealed class AdamConfig(double? learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        : OptimizerConfig("Adam", learningRate, weightDecay)
    {
        public override double DefaultLearningRate => 1e-4;

        private protected override string Options => FormattableString.Invariant($"beta1: {beta1}, beta2: {beta2}, epsilon: {epsilon}, ");

        internal override bool IsScaleFree => true;

        internal override MultiTensorOptimizer Build(IReadOnlyList<OptimizerGroup> groups) =>
            new MultiTensorAdam(groups, MasterWeights, beta1, beta2, epsilon, decoupled: false);
    }

    private sealed class AdamWConfig(double? learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        : OptimizerConfig("AdamW", learningRate, weightDecay)
    {
        public override double DefaultLearningRate => 1e-4;

        private protected override string Options => FormattableString.Invariant($"beta1: {beta1}, beta2: {beta2}, epsilon: {epsilon}, ");

        internal override bool IsScaleFree => true;

        internal override MultiTensorOptimizer Build(IReadOnlyList<OptimizerGroup> groups) =>
            new MultiTensorAdam(groups, MasterWeights, beta1, beta2, epsilon, decoupled: true);
    }

    private sealed class SGDConfig(double? learningRate, double momentum, double dampening, double weightDecay, bool nesterov)
        : OptimizerConfig("SGD", learningRate, weightDecay)
    {
        public override double DefaultLearningRate => 1e-3;

        private protected override string Options =>
            FormattableString.Invariant($"momentum: {momentum}, dampening: {dampening}, nesterov: {nesterov}, ");

        internal override bool IsScaleFree => false;

        internal override MultiTensorOptimizer Build(IReadOnlyList<OptimizerGroup> groups) =>
            new MultiTensorSGD(groups, MasterWeights, momentum, dampening, nesterov);
    }

    private sealed class RMSPropConfig(
        double? learningRate,
        double alpha,
        double epsilon,
        double weightDecay,
        double momentum,
        bool centered) : OptimizerConfig("RMSProp", learningRate, weightDecay)
    {
        public override double DefaultLearningRate => 1e-4;

        private protected override string Options =>
            FormattableString.Invariant($"alpha: {alpha}, epsilon: {epsilon}, momentum: {momentum}, centered: {centered}, ");

        internal override bool IsScaleFree => true;

        internal override MultiTensorOptimizer Build(IReadOnlyList<OptimizerGroup> groups) =>
            new MultiTensorRMSProp(groups, MasterWeights, alpha, epsilon, momentum, centered);
    }
}
