using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// A loss of one's own that looks at several outputs and targets together, as matching predicted boxes with wanted ones does. Where each
/// output has a loss of its own, <see cref="Losses.Weighted(ValueTuple{string, Loss, double}[])"/> adds them up.
/// </summary>
/// <example><code>
/// sealed class DistanceOfPairs() : JointLoss("distance_of_pairs")
/// {
///     public override Tensor PerSample(Tensors outputs, Tensors targets) =>
///         ((outputs[0] - outputs[1]).norm(1) - targets[0]).square();
/// }
/// </code></example>
public abstract class JointLoss : Loss
{
    /// <summary>A loss with a name.</summary>
    protected JointLoss(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    public abstract override Tensor PerSample(Tensors outputs, Tensors targets);

    /// <inheritdoc/>
    public sealed override Tensor PerSample(Tensor output, Tensor target) => PerSample((Tensors)output, target);

    internal override IReadOnlyList<LossTerm> Terms => [];

    internal override void ThrowUnlessTakes(Tensors outputs, Tensors targets)
    {
    }

    internal override Tensor? SampleWeightsOf(Tensors targets) => null;
}
