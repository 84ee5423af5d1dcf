using System.Globalization;

namespace FineTune;

/// <summary>
/// Stops training when a monitored value has not improved for some epochs, and gives the model the weights of the
/// best epoch back, whatever ended training: an early stop, the last epoch, cancellation or an exception.
/// </summary>
/// <remarks>
/// As in Keras, except that the best weights are restored by default, that NaN and infinity never count as an
/// improvement and stop training, and that monitoring what nobody produces is an error before the first epoch.
/// Weights include buffers, such as the running statistics of normalization layers.
/// </remarks>
/// <example><code>
/// compiled.Fit(train, new() { Epochs = 50, ValidationData = validation, Callbacks = [new EarlyStopping(patience: 2)] });
/// </code></example>
public sealed class EarlyStopping : Callback, IDisposable
{
    private readonly string monitored;
    private readonly int patience;
    private readonly double minDelta;
    private readonly MonitorMode mode;
    private readonly double? baseline;
    private readonly bool restoreBestWeights;
    private readonly int startFromEpoch;
    private readonly bool stopOnNonFinite;
    private MonitoredMetric? monitor;
    private double best;
    private int wait;
    private bool monitoredBefore;
    private TensorCopies? bestWeights;

    /// <summary>Watches one value.</summary>
    /// <param name="monitor">The value, as it is called in <see cref="History"/>.</param>
    /// <param name="patience">Epochs without improvement after which training stops; 0 behaves as 1.</param>
    /// <param name="minDelta">The least difference that counts as an improvement; its sign does not matter.</param>
    /// <param name="mode">Which values are better.</param>
    /// <param name="baseline">A value that must be beaten too for patience to start anew.</param>
    /// <param name="restoreBestWeights">Whether the model ends with the weights of the best epoch.</param>
    /// <param name="startFromEpoch">The first epoch, counted as <c>InitialEpoch</c> is, that counts at all.</param>
    /// <param name="stopOnNonFinite">Whether a monitored value that is NaN or infinite stops training.</param>
    public EarlyStopping(
        string monitor = "val_loss",
        int patience = 0,
        double minDelta = 0,
        MonitorMode mode = MonitorMode.Auto,
        double? baseline = null,
        bool restoreBestWeights = true,
        int startFromEpoch = 0,
        bool stopOnNonFinite = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(startFromEpoch);
        if (!double.IsFinite(minDelta))
        {
            throw new ArgumentOutOfRangeException(nameof(minDelta), minDelta, "A least difference must be finite.");
        }

        monitored = monitor;
        this.patience = Math.Max(1, patience);
        this.minDelta = minDelta;
        this.mode = mode;
        this.baseline = baseline;
        this.restoreBestWeights = restoreBestWeights;
        this.startFromEpoch = startFromEpoch;
        this.stopOnNonFinite = stopOnNonFinite;
    }

    /// <summary>The best epoch of this or the last <c>Fit</c>; null where none was finite.</summary>
    public BestEpoch? Best { get; private set; }

    /// <summary>Epochs without improvement since the best one.</summary>
    public int Wait => wait;

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Dispose();
        monitor = MonitoredMetric.Of(fit, nameof(EarlyStopping), monitored, mode, minDelta);
        best = monitor.Worst;
        Best = null;
        wait = 0;
        monitoredBefore = false;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (fit.Epoch < startFromEpoch)
        {
            return;
        }

        var current = monitor!.Read(fit);
        if (stopOnNonFinite && !double.IsFinite(current))
        {
            fit.Stop(StopReason.NonFinite, FormattableString.Invariant(
                $"Training stopped after epoch {fit.Epoch}: {monitored} is {current}.{AboutBest()}"));
            return;
        }

        wait++;
        if (monitor.IsImprovement(current, best))
        {
            Improve(fit, current);
        }
        else if (wait >= patience && monitoredBefore)
        {
            fit.Stop(
                StopReason.EarlyStopping,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Training stopped after epoch {fit.Epoch}: {monitored} has not improved for {wait} "
                        + $"epoch{(wait == 1 ? "" : "s")}.{AboutBest()}"));
        }

        monitoredBefore = true;
    }

    /// <inheritdoc/>
    public override void OnFitEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        bestWeights?.Restore();
        if (Best is { } epoch)
        {
            fit.SetBest(epoch, restored: bestWeights is not null);
        }

        Dispose();
    }

    /// <inheritdoc/>
    public override void Save(CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("best", Best);
        state.Set("bestValue", best);
        state.Set("wait", wait);
        state.Set("monitoredBefore", monitoredBefore);
        foreach (var (name, copy) in bestWeights?.Named ?? [])
        {
            state.Tensors[name] = copy;
        }
    }

    /// <inheritdoc/>
    public override void Restore(FitContext fit, CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(state);
        Best = state.Get<BestEpoch>("best");
        best = state.Get<double>("bestValue");
        wait = state.Get<int>("wait");
        monitoredBefore = state.Get<bool>("monitoredBefore");
        if (state.Tensors.Count > 0)
        {
            bestWeights = TensorCopies.OfWeights(fit.Model, name => state.Tensors[name]);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{nameof(EarlyStopping)}(monitor: {monitored}, patience: {patience}, minDelta: {minDelta}, mode: {mode}, ")
        + FormattableString.Invariant($"baseline: {baseline?.ToString(CultureInfo.InvariantCulture) ?? "none"}, ")
        + $"restoreBestWeights: {restoreBestWeights}, startFromEpoch: {startFromEpoch}, stopOnNonFinite: {stopOnNonFinite})";

    /// <summary>Lets go of the best weights. A <c>Fit</c> does so by itself at its end.</summary>
    public void Dispose()
    {
        bestWeights?.Dispose();
        bestWeights = null;
    }

    private void Improve(FitContext fit, double current)
    {
        best = current;
        Best = new BestEpoch(fit.Epoch, monitored, current);
        if (restoreBestWeights)
        {
            if (bestWeights is null)
            {
                bestWeights = TensorCopies.OfWeights(fit.Model);
            }
            else
            {
                bestWeights.Refresh();
            }
        }

        if (baseline is not { } least || monitor!.IsImprovement(current, least))
        {
            wait = 0;
        }
    }

    private string AboutBest() => Best is { } epoch
        ? FormattableString.Invariant($" It was best in epoch {epoch.Epoch}, at {epoch.Value:G6}.")
        : "";
}
