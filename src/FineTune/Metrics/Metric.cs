using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// A number that tells how good a model is over a whole set. A metric is only its description; each pass over data
/// starts a <see cref="MetricState"/> of its own, so that validation in the middle of an epoch disturbs nothing.
/// </summary>
public abstract class Metric
{
    /// <summary>A metric with the name under which it stands in <see cref="History"/>.</summary>
    protected Metric(string name, MetricDirection direction)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Direction = direction;
    }

    /// <summary>The name, as in <c>accuracy</c>; validation's value is <c>val_accuracy</c>.</summary>
    public string Name { get; }

    /// <summary>Which values are better.</summary>
    public MetricDirection Direction { get; }

    /// <summary>Starts a pass over data.</summary>
    public abstract MetricState Start();

    /// <summary>The name, and in metrics with options these: what a resume compares.</summary>
    public override string ToString() => Name;
}

/// <summary>What a metric has seen of one pass over data.</summary>
public abstract class MetricState : IDisposable
{
    /// <summary>Takes in a batch. Called without gradients.</summary>
    /// <param name="output">What the model returned, [N, …].</param>
    /// <param name="target">What was wanted of it, [N, …].</param>
    public abstract void Add(Tensor output, Tensor target);

    /// <summary>The value over everything added so far, exact; NaN where nothing was.</summary>
    public abstract double Value { get; }

    /// <summary>What was added so far as numbers, for a checkpoint in the middle of an epoch.</summary>
    /// <exception cref="FineTuneException">The metric cannot: checkpoints must fall between epochs.</exception>
    public virtual IReadOnlyList<double> Save() => throw new FineTuneException(
        $"{GetType().Name} cannot be saved in the middle of an epoch; override Save and Restore, or leave out everyBatches of Backup.");

    /// <summary>Takes up what <see cref="Save"/> gave.</summary>
    public virtual void Restore(IReadOnlyList<double> saved) => throw new FineTuneException(
        $"{GetType().Name} cannot be restored in the middle of an epoch; override Save and Restore.");

    /// <summary>Lets go of tensors that the state keeps between batches.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
