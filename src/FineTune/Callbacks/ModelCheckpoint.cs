using System.Globalization;
using FineTune.Weights;
using TorchSharp;

namespace FineTune;

/// <summary>
/// Writes the model's weights to a safetensors file: of every so many epochs, or of the best one alone. A file appears
/// whole or not at all, and says in its metadata of which epoch it is, with its metrics. <c>model.LoadWeights(file)</c> reads it.
/// </summary>
/// <remarks>
/// The best value is remembered from one <c>Fit</c> to the next and by <see cref="Backup"/>, so that neither a second
/// phase nor a resume replaces a better best. To go on training after a crash, use <see cref="Backup"/>: weights alone
/// are not enough.
/// </remarks>
/// <example><code>
/// Callbacks = [new ModelCheckpoint("best.safetensors", bestOnly: true), new EarlyStopping(patience: 2)]
/// </code></example>
public sealed class ModelCheckpoint : Callback
{
    private readonly FileNamePattern path;
    private readonly bool bestOnly;
    private readonly string monitored;
    private readonly MonitorMode mode;
    private readonly double minDelta;
    private readonly int everyEpochs;
    private MonitoredMetric? monitor;
    private double? best;

    /// <summary>Weights in a file.</summary>
    /// <param name="path">
    /// The file. <c>{epoch}</c> in it becomes the number of the epoch, <c>{val_loss}</c> that value, and so every other that the epoch
    /// produces, in .NET's formats: <c>weights-{epoch:D2}-{val_loss:F2}.safetensors</c>. Without any, each file takes the place of the
    /// one before.
    /// </param>
    /// <param name="bestOnly">Whether only an epoch that improves on all before is written.</param>
    /// <param name="monitor">With <paramref name="bestOnly"/>, the value that decides.</param>
    /// <param name="mode">Which values are better.</param>
    /// <param name="minDelta">The least difference that counts as an improvement.</param>
    /// <param name="everyEpochs">Without <paramref name="bestOnly"/>, how many epochs lie from one file to the next.</param>
    public ModelCheckpoint(
        string path,
        bool bestOnly = false,
        string monitor = "val_loss",
        MonitorMode mode = MonitorMode.Auto,
        double minDelta = 0,
        int everyEpochs = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        ArgumentOutOfRangeException.ThrowIfLessThan(everyEpochs, 1);
        this.path = new FileNamePattern(path);
        this.bestOnly = bestOnly;
        monitored = monitor;
        this.mode = mode;
        this.minDelta = minDelta;
        this.everyEpochs = everyEpochs;
    }

    /// <inheritdoc/>
    /// <exception cref="FineTuneException">
    /// The path has something in braces that no epoch produces, or a format that is none; or nobody produces what is monitored.
    /// </exception>
    public override void OnFitBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        path.Check(fit, nameof(ModelCheckpoint));
        monitor = bestOnly ? MonitoredMetric.Of(fit, nameof(ModelCheckpoint), monitored, mode, minDelta) : null;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (monitor is null)
        {
            if ((fit.Epoch - fit.Options.InitialEpoch + 1) % everyEpochs == 0)
            {
                Write(fit);
            }
        }
        else if (monitor.Read(fit) is var current && monitor.IsImprovement(current, best ?? monitor.Worst))
        {
            Write(fit);
            best = current;
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
        best = state.Get<double?>("best");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{nameof(ModelCheckpoint)}(bestOnly: {bestOnly}, monitor: {monitored}, mode: {mode}, minDelta: {minDelta}, everyEpochs: "
            + $"{everyEpochs})");

    private void Write(FitContext fit)
    {
        using var scope = torch.NewDisposeScope();
        var epoch = fit.Epoch.ToString(CultureInfo.InvariantCulture);
        var metadata = new Dictionary<string, string>
        {
            ["model"] = fit.Compiled.Manifest.Model,
            ["manifest"] = fit.Compiled.Manifest.Hash,
            ["epoch"] = epoch,
            ["phase"] = fit.Compiled.Phase.ToString(),
        };
        foreach (var (name, value) in fit.Metrics)
        {
            metadata[name] = value.ToString("R", CultureInfo.InvariantCulture);
        }

        SafeTensors.Write(path.Name(fit), fit.Model.state_dict(), metadata);
    }
}
