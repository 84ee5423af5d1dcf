using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>Where a <c>Fit</c> stands, as callbacks see it and steer it.</summary>
public sealed class FitContext
{
    // Nothing is ever taken out but all at once, so that they stay in the order in which they came.
    private readonly Dictionary<string, double> metrics = [];
    private readonly Action<TrainingWarning> warn;
    private MetricStates? behind;

    internal FitContext(
        FitRun run, CompiledModel compiled, FitOptions options, History history, int batchCount, Action<TrainingWarning> warn)
    {
        Run = run;
        Compiled = compiled;
        Options = options;
        History = history;
        BatchCount = batchCount;
        Epoch = options.InitialEpoch;
        this.warn = warn;
    }

    /// <summary>What trains.</summary>
    public CompiledModel Compiled { get; }

    /// <summary>The model that trains.</summary>
    public Module Model => Compiled.Model;

    /// <summary>How it trains.</summary>
    public FitOptions Options { get; }

    /// <summary>The epochs before this one.</summary>
    public History History { get; }

    /// <summary>The epoch under way, from 0, going on through phases.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The batch under way or just done, from 0 in each epoch.</summary>
    public int Batch { get; internal set; }

    /// <summary>The number of batches of an epoch, if no sample is skipped.</summary>
    public int BatchCount { get; }

    /// <summary>The optimizer steps taken in this epoch.</summary>
    public int Step { get; internal set; }

    /// <summary>The optimizer steps of an epoch, if no sample is skipped.</summary>
    public int StepCount => (BatchCount + Options.AccumulateBatches - 1) / Options.AccumulateBatches;

    /// <summary>
    /// The loss and metrics of this epoch: so far after a batch, over all of it with <c>val_</c> ones at its end.
    /// </summary>
    public IReadOnlyDictionary<string, double> Metrics
    {
        get
        {
            CatchUp();
            return metrics;
        }
    }

    /// <summary>The norm of all gradients together at the last step, before clipping.</summary>
    public double GradientNorm { get; internal set; }

    /// <summary>The learning rate of each group; setting one holds from the next step on.</summary>
    public IReadOnlyList<LearningRateGroup> LearningRates => Compiled.LearningRates;

    /// <summary>Why training ends, once somebody asked for it.</summary>
    public FitOutcome? Stopping { get; private set; }

    /// <summary>Everything that can be monitored: <c>loss</c>, metrics, <c>val_</c> ones and what callbacks report.</summary>
    public IReadOnlyList<string> Produced { get; internal set; } = [];

    /// <summary>Whether the epoch under way was cut short, so that its end is not reached.</summary>
    public bool IsPartialEpoch { get; internal set; }

    internal FitRun Run { get; }

    internal BestEpoch? Best { get; private set; }

    internal bool WeightsRestored { get; private set; }

    /// <summary>
    /// Ends training: at once when called in <see cref="Callback.OnBatchEnd"/>, else with the epoch. The first reason
    /// stands.
    /// </summary>
    /// <param name="reason">Why, in one word.</param>
    /// <param name="message">Why, in one sentence.</param>
    public void Stop(StopReason reason, string message) => Stopping ??= new FitOutcome(reason, message);

    /// <summary>Adds a value to this epoch's metrics, under one of the names in <see cref="Callback.Reports"/>.</summary>
    public void Report(string name, double value)
    {
        CatchUp();
        metrics[name] = value;
    }

    /// <summary>Tells the user something that does not stop training.</summary>
    public void Warn(TrainingWarning warning) => warn(warning);

    /// <summary>The direction in which a produced value is better.</summary>
    public MetricDirection DirectionOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Compiled.DirectionOf(name);
    }

    /// <summary>Says which epoch was best, for the outcome.</summary>
    internal void SetBest(BestEpoch best, bool restored)
    {
        Best = best;
        WeightsRestored |= restored;
    }

    internal void Set(IEnumerable<KeyValuePair<string, double>> values)
    {
        foreach (var (name, value) in values)
        {
            metrics[name] = value;
        }
    }

    /// <summary>
    /// Says that another batch went into the loss and the metrics. Their values are asked for when somebody looks: to know
    /// one can mean to wait for all that is under way on another device.
    /// </summary>
    internal void Behind(MetricStates states) => behind = states;

    internal void Clear()
    {
        behind = null;
        metrics.Clear();
    }

    internal Dictionary<string, double> Copy()
    {
        CatchUp();
        return new(metrics);
    }

    internal void CatchUp()
    {
        var states = behind;
        behind = null;
        states?.Report(this);
    }
}
