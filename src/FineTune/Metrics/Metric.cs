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

    /// <summary>
    /// The metric of one of a model's outputs, where the loss has several
    /// (<see cref="Losses.Weighted(ValueTuple{string, Loss, double}[])"/>). It stands in the history with the output before its name, as
    /// <c>class_accuracy</c>.
    /// </summary>
    /// <param name="output">The output's name, as the loss has it. Its target is that of the loss.</param>
    /// <example><code>Metrics.CategoricalAccuracy().On("class")</code></example>
    public Metric On(string output)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(output);
        return new OutputMetric(this, output);
    }

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

    /// <summary>
    /// Takes in a batch of several outputs or targets. Asked where the loss compares several and the metric is not <see cref="Metric.On"/>
    /// one of them; one that looks at all of them together overrides it.
    /// </summary>
    /// <param name="outputs">What the model returned, [N, …] each.</param>
    /// <param name="targets">What was wanted of it, [N, …] each.</param>
    /// <exception cref="FineTuneException">The metric looks at one output.</exception>
    public virtual void Add(Tensors outputs, Tensors targets)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (outputs.Count != 1 || targets.Count != 1)
        {
            throw new FineTuneException(
                $"{GetType().Name} looks at one output and one target, and there are {outputs.Count} and {targets.Count}. Say which with "
                    + "metric.On(\"name\"), or override Add(Tensors, Tensors).");
        }

        Add(outputs[0], targets[0]);
    }

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
