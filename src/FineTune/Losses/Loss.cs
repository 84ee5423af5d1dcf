using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// What training makes smaller. Losses are stated per sample, so that means over batches of unequal size, over
/// accumulated batches and over an epoch are exact.
/// </summary>
/// <example>A loss of one's own is one method:
/// <code>
/// sealed class MeanAbsoluteError() : Loss("mean_absolute_error")
/// {
///     public override Tensor PerSample(Tensor output, Tensor target) => (output - target).abs().flatten(1).mean([1]);
/// }
/// </code></example>
public abstract class Loss
{
    /// <summary>A loss with a name.</summary>
    protected Loss(string name) => Name = name;

    /// <summary>The name of the loss, as in <c>binary_cross_entropy</c>.</summary>
    public string Name { get; }

    /// <summary>The loss of each sample.</summary>
    /// <param name="output">What the model returned; the first dimension counts samples.</param>
    /// <param name="target">What was wanted of it; the first dimension counts samples.</param>
    /// <returns>A tensor of shape [N].</returns>
    /// <exception cref="FineTuneException">The shapes do not fit.</exception>
    public abstract Tensor PerSample(Tensor output, Tensor target);

    /// <summary>
    /// The same of a model of several outputs, or of samples with several targets. By default a loss compares one with one;
    /// <see cref="JointLoss"/> is for one that does not.
    /// </summary>
    /// <param name="outputs">What the model returned; the first dimension of each counts samples.</param>
    /// <param name="targets">What was wanted; the first dimension of each counts samples.</param>
    /// <returns>A tensor of shape [N].</returns>
    /// <exception cref="FineTuneException">There is not one of each, or the shapes do not fit.</exception>
    public virtual Tensor PerSample(Tensors outputs, Tensors targets)
    {
        ThrowUnlessTakes(outputs, targets);
        return PerSample(outputs[0], targets[0]);
    }

    /// <summary>
    /// How much each sample counts in a mean: the mean loss is the sum of <see cref="PerSample(Tensor, Tensor)"/> divided by the sum
    /// of these. Null, the default, counts each as one.
    /// </summary>
    /// <returns>A tensor of shape [N], or null.</returns>
    public virtual Tensor? SampleWeights(Tensor target) => null;

    /// <summary>
    /// Looks for a target that the loss cannot be computed of: training stops before the step, and the error names the sample.
    /// By default none is.
    /// </summary>
    /// <param name="output">What the model returned. Where all targets of a set are looked at, that of fewer samples.</param>
    /// <param name="target">Targets, [N, …]; asked for each batch, so looking should cost little.</param>
    /// <returns>The first such target, or null.</returns>
    public virtual TargetFault? Check(Tensor output, Tensor target) => null;

    /// <summary>
    /// What is odd about the outputs for the first samples, such as probabilities where logits are expected: one or two sentences,
    /// which become a warning. Null, the default, if nothing is.
    /// </summary>
    public virtual string? DoubtAbout(Tensor output) => null;

    /// <summary>The name, and in losses with options these: what a resume compares.</summary>
    public override string ToString() => Name;

    /// <summary>The comparisons that the loss consists of; none where it looks at everything together.</summary>
    internal virtual IReadOnlyList<LossTerm> Terms => field ??= [new(null, this, 1, 0, 0)];

    /// <summary>The loss over a model whose outputs have these names.</summary>
    /// <exception cref="FineTuneException">It names one that there is not.</exception>
    internal virtual Loss Over(IReadOnlyList<string> outputs) => this;

    /// <summary>Fails where there are too many outputs or targets, or too few.</summary>
    internal virtual void ThrowUnlessTakes(Tensors outputs, Tensors targets)
    {
        if (outputs.Count != 1)
        {
            throw new FineTuneException(
                $"The model gives {outputs.Count} outputs, but {Name} looks at one. Say what each is compared by, as in "
                    + "Losses.Weighted((\"class\", Losses.CategoricalCrossEntropy(), 1.0), (\"box\", Losses.MeanSquaredError(), 0.5)); one "
                    + "that is left out is not trained on.");
        }

        if (targets.Count == 0)
        {
            throw new FineTuneException(
                $"Samples have no target, but {Name} compares the output with one: data without targets, such as ImageFolder.Unlabelled, "
                    + "is for Predict.");
        }

        if (targets.Count != 1)
        {
            throw new FineTuneException(
                $"A sample has {targets.Count} targets, but {Name} looks at one. Losses.Weighted takes a target for each of its losses.");
        }
    }

    /// <summary>How much each sample counts, whatever the number of targets.</summary>
    internal virtual Tensor? SampleWeightsOf(Tensors targets) => SampleWeights(targets[0]);

    /// <summary>Which samples count in metrics, [N] of type Bool; null for all of them.</summary>
    internal virtual Tensor? Counted(Tensor target) => null;

    /// <summary>The mean of a loss's elements over everything but the first dimension.</summary>
    protected static Tensor MeanPerSample(Tensor elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return elements.dim() <= 1 ? elements : elements.flatten(1).mean([1]);
    }

    /// <summary>
    /// The target in the output's type and shape: a target of shape [N] fits an output of [N, 1] and the other way
    /// round. Other differences are errors, where broadcasting would silently compare each with each.
    /// </summary>
    protected Tensor Shaped(Tensor target, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(output);
        if (!Shapes.EqualSqueezed(target, output))
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}] and a target of shape "
                + $"[{string.Join(", ", target.shape)}]; expected as many targets as outputs for each sample.");
        }

        return Shapes.Like(target, output);
    }
}
