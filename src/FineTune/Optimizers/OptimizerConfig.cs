namespace FineTune;

/// <summary>
/// How to optimize: a kind of optimizer with its hyper-parameters, from which a new optimizer is built at each
/// compile. Made by <see cref="Optimizers"/>.
/// </summary>
public abstract class OptimizerConfig
{
    private protected OptimizerConfig(string name, double? learningRate, double weightDecay)
    {
        if (learningRate is { } stated)
        {
            FineTuneException.ThrowUnlessLearningRate(stated, $"the optimizer {name}");
        }

        Name = name;
        LearningRate = learningRate;
        WeightDecay = weightDecay;
    }

    /// <summary>The name of the optimizer, as in <c>Adam</c>.</summary>
    public string Name { get; }

    /// <summary>The learning rate that was stated, if any.</summary>
    public double? LearningRate { get; }

    /// <summary>The weight decay: an L2 penalty, except in AdamW, where it is decoupled from the gradient.</summary>
    public double WeightDecay { get; }

    /// <summary>
    /// Whether weight decay reaches biases and the scales and shifts of normalization layers: every parameter of rank
    /// one or lower. True by default, as in PyTorch.
    /// </summary>
    public bool DecayBiasAndNorm { get; init; } = true;

    /// <summary>
    /// Whether weights in half precision are stepped in single precision: the optimizer keeps a copy of each, in which steps add up that
    /// are too small to move the weight itself. It takes four bytes for each such number, and none for others. False by default.
    /// </summary>
    public bool MasterWeights { get; init; }

    /// <summary>The learning rate of the head phase where nobody stated one.</summary>
    public abstract double DefaultLearningRate { get; }

    /// <summary>
    /// Whether the size of an update does not follow the size of the gradient, which tells how small an update the
    /// audit must expect to see.
    /// </summary>
    internal abstract bool IsScaleFree { get; }

    /// <summary>The name with all options but the learning rate, which each group has its own of: what a resume compares.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Name}({Options}weightDecay: {WeightDecay}, decayBiasAndNorm: {DecayBiasAndNorm}, ")
            + FormattableString.Invariant($"masterWeights: {MasterWeights})");

    /// <summary>Its own options in words, each with a comma after it.</summary>
    private protected abstract string Options { get; }

    /// <summary>Builds the optimizer.</summary>
    internal abstract MultiTensorOptimizer Build(IReadOnlyList<OptimizerGroup> groups);
}
