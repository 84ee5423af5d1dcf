using FineTune.Data;

namespace FineTune;

/// <summary>
/// Evaluates the model on a set of what it was pre-trained for after each epoch, and reports how much of it is
/// forgotten: the best value so far minus the value now for what is better higher, the other way round for a loss
/// (the convention of Chaudhry et al., 2018). Never below zero: what is learned anew is not forgotten.
/// </summary>
/// <remarks>
/// It reports <c>source_loss</c> and <c>source_</c> with each metric's name, and the same with <c>forgotten_</c>. Best
/// values go on from one <c>Fit</c> to the next, so that a second phase is measured against the time before the first.
/// </remarks>
/// <example><code>
/// Callbacks = [new ForgettingMonitor(sourceModel.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy()), sourceSet)]
/// </code></example>
public sealed class ForgettingMonitor : Callback
{
    private readonly CompiledModel source;
    private readonly IDataset data;
    private readonly Dictionary<string, double> best = [];
    private readonly Dictionary<string, MetricDirection> directions;

    /// <summary>Watches a source task through a compiled model of its own that shares the backbone.</summary>
    /// <param name="source">The backbone with the source task's head, compiled with the source task's loss and metrics.</param>
    /// <param name="data">The source task's set.</param>
    public ForgettingMonitor(CompiledModel source, IDataset data)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(data);
        this.source = source;
        this.data = data;
        directions = source.Metrics.ToDictionary(metric => metric.Name, metric => metric.Direction);
        directions["loss"] = MetricDirection.LowerIsBetter;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Reports =>
        [.. directions.Keys.Select(name => $"source_{name}"), .. directions.Keys.Select(name => $"forgotten_{name}")];

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext fit)
    {
        // What was known before the first epoch counts; in a second phase, what was known before the first phase.
        foreach (var (name, value) in Values())
        {
            best[name] = best.TryGetValue(name, out var known) ? Better(name, known, value) : value;
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        foreach (var (name, value) in Values())
        {
            best[name] = Better(name, best[name], value);
            fit.Report($"source_{name}", value);
            fit.Report($"forgotten_{name}", Math.Abs(best[name] - value));
        }
    }

    /// <inheritdoc/>
    public override void Save(CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("best", best);
    }

    /// <inheritdoc/>
    public override void Restore(FitContext fit, CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var (name, value) in state.Get<Dictionary<string, double>>("best") ?? [])
        {
            best[name] = value;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ForgettingMonitor)}({string.Join(", ", Reports)})";

    private IEnumerable<KeyValuePair<string, double>> Values()
    {
        var evaluation = source.Evaluate(data);
        return evaluation.Metrics.Prepend(new("loss", evaluation.Loss));
    }

    private double Better(string name, double left, double right) =>
        directions[name] == MetricDirection.LowerIsBetter ? Math.Min(left, right) : Math.Max(left, right);
}
