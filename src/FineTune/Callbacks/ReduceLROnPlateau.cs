namespace FineTune;

/// <summary>
/// Lowers the learning rate of every group when a monitored value has not improved for some epochs, counted as Keras
/// counts. Groups keep their ratios, down to the floor.
/// </summary>
/// <remarks>Beside a <see cref="LearningRateSchedule"/>, what is lowered multiplies the rates that the schedule sets from then
/// on.</remarks>
/// <example><code>
/// Callbacks = [new ReduceLROnPlateau(factor: 0.5, patience: 3), new EarlyStopping(patience: 8)]
/// </code></example>
public sealed class ReduceLROnPlateau : Callback
{
    private readonly string monitored;
    private readonly double factor;
    private readonly int patience;
    private readonly double minDelta;
    private readonly int cooldown;
    private readonly double minLearningRate;
    private readonly MonitorMode mode;
    private MonitoredMetric? monitor;
    private double best;
    private int wait;
    private int cooling;
    private bool warned;

    /// <summary>Watches one value.</summary>
    /// <param name="monitor">The value, as it is called in <see cref="History"/>.</param>
    /// <param name="factor">What rates are multiplied by, above 0 and below 1.</param>
    /// <param name="patience">Epochs without improvement after which rates are lowered; 0 behaves as 1.</param>
    /// <param name="minDelta">The least absolute difference that counts as an improvement.</param>
    /// <param name="cooldown">Epochs after a reduction in which nothing is counted.</param>
    /// <param name="minLearningRate">What no rate is lowered beneath.</param>
    /// <param name="mode">Which values are better.</param>
    public ReduceLROnPlateau(
        string monitor = "val_loss",
        double factor = 0.1,
        int patience = 10,
        double minDelta = 1e-4,
        int cooldown = 0,
        double minLearningRate = 0,
        MonitorMode mode = MonitorMode.Auto)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        if (!(factor > 0 && factor < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "A factor that lowers must be above 0 and below 1.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        ArgumentOutOfRangeException.ThrowIfNegative(minLearningRate);
        monitored = monitor;
        this.factor = factor;
        this.patience = patience;
        this.minDelta = minDelta;
        this.cooldown = cooldown;
        this.minLearningRate = minLearningRate;
        this.mode = mode;
    }

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        monitor = MonitoredMetric.Of(fit, nameof(ReduceLROnPlateau), monitored, mode, minDelta);
        best = monitor.Worst;
        wait = 0;
        cooling = 0;
        warned = false;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        WarnOfOthers(fit);
        var current = monitor!.Read(fit);
        if (cooling > 0)
        {
            cooling--;
            wait = 0;
        }

        if (monitor.IsImprovement(current, best))
        {
            best = current;
            wait = 0;
        }
        else if (cooling == 0 && ++wait >= patience)
        {
            Lower(fit);
        }
    }

    /// <inheritdoc/>
    public override void Save(CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("best", best);
        state.Set("wait", wait);
        state.Set("cooling", cooling);
    }

    /// <inheritdoc/>
    public override void Restore(FitContext fit, CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        best = state.Get<double>("best");
        wait = state.Get<int>("wait");
        cooling = state.Get<int>("cooling");
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{nameof(ReduceLROnPlateau)}(monitor: {monitored}, factor: {factor}, patience: {patience}, minDelta: {minDelta}, ")
        + FormattableString.Invariant($"cooldown: {cooldown}, minLearningRate: {minLearningRate}, mode: {mode})");

    private void WarnOfOthers(FitContext fit)
    {
        if (!warned && fit.LearningRates.FirstOrDefault(group => group.Reduction < 1 && group.IsOverwritten) is { } group)
        {
            warned = true;
            fit.Warn(new TrainingWarning(WarningKind.LearningRateOverwritten, FormattableString.Invariant(
                $"{nameof(ReduceLROnPlateau)} lowered the learning rate of '{group.Name}' to {group.Reduction:G3} times, and something ")
                + FormattableString.Invariant($"else set it to {group.LearningRate:G3} since. A callback that follows a schedule calls ")
                + "LearningRateGroup.Schedule, which keeps what was lowered."));
        }
    }

    private void Lower(FitContext fit)
    {
        foreach (var group in fit.LearningRates.Where(group => group.LearningRate > minLearningRate))
        {
            group.Reduce(factor, minLearningRate);
            cooling = cooldown;
            wait = 0;
        }
    }
}
