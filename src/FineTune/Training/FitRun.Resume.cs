using System.Globalization;
using System.Runtime.InteropServices;
using FineTune.Data;
using FineTune.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>How a run becomes a checkpoint, and a checkpoint a run.</summary>
internal sealed partial class FitRun
{
    private const string Kind = "Optimizer";

    private RunPosition? position;
    private FitOutcome? finished;
    private List<List<double>> savedMetrics = [];
    private Dictionary<string, RunRate> savedRates = [];
    private RunSettings? settings;
    private Dictionary<string, Tensor> pendingGradients = [];
    private Tensor? generator;

    /// <summary>Whether the run ended in a way that a resume need not go on from.</summary>
    public bool IsFinished { get; private set; }

    private bool IsResumed => position is not null;

    /// <summary>The run as it stands inside an epoch.</summary>
    /// <param name="nextBatch">The batch that a resume goes on with.</param>
    public TrainingCheckpoint<RunState> Capture(int nextBatch) =>
        Capture(
            new RunPosition(
                fit.Epoch,
                nextBatch,
                fit.Step,
                samples,
                step.Pending,
                step.Accumulated.Sum,
                step.Accumulated.Weight,
                clock.Elapsed.TotalSeconds),
            nextBatch > 0 ? states!.Save() : [],
            step.PendingGradients());

    /// <summary>The run as it stands between this epoch and the next.</summary>
    public TrainingCheckpoint<RunState> CaptureNextEpoch() => Capture(Before(fit.Epoch + 1), [], []);

    /// <summary>The run as it ended, with the weights that it ended with.</summary>
    public TrainingCheckpoint<RunState> CaptureFinished() => Capture(Before(history.NextEpoch), [], []);

    /// <summary>
    /// Whether a finished training is to go on: more epochs are asked for than it had, or, where it stopped by itself, other settings.
    /// </summary>
    public bool GoesOnAfter(RunState state) =>
        state.Finished is { } end
        && options.Epochs > state.Position.Epoch
        && (end.Reason == StopReason.Completed || state.Settings.DifferencesTo(Settings()).Any());

    /// <summary>Takes up a run where a checkpoint stands.</summary>
    /// <exception cref="FineTuneException">It is of another training, and differences are not allowed.</exception>
    public void Restore(TrainingCheckpoint<RunState> checkpoint, string folder, bool allowDifferences)
    {
        var state = checkpoint.State;
        var goesOn = GoesOnAfter(state);
        var differs = Compare(state, folder, allowDifferences);
        RestoreModel(checkpoint, folder);
        if (state.Settings[Kind] == compiled.OptimizerConfig.Name)
        {
            OptimizerMoments.Restore(compiled.Binding.Optimizer, Below(checkpoint.Tensors, "optimizer/"));
        }

        savedRates = state.LearningRates;
        RestoreRates();
        state.History.Restore(history, compiled.Phase);
        divergence.Restore(state.Divergence);
        finished = goesOn ? null
            : differs && state.Finished is { } end ? end with { Message = $"No epoch ran, as the training was finished. {end.Message}" }
            : state.Finished;
        position = state.Position;
        fit.Epoch = position.Epoch;
        if (finished is not null)
        {
            // Whatever is random after this training goes on as it would have.
            torch.set_rng_state(checkpoint.Tensors["generator"]);
        }
        else
        {
            savedMetrics = state.Metrics;
            pendingGradients = Below(checkpoint.Tensors, "gradient/")
                .ToDictionary(named => named.Key, named => named.Value.clone().DetachFromDisposeScope());
            generator = checkpoint.Tensors["generator"].clone().DetachFromDisposeScope();
            RestoreCallbacks(checkpoint);
            // With other settings it may not stop here.
            if (state.Stopping is { } stopping && !differs)
            {
                fit.Stop(stopping.Reason, stopping.Message);
            }
        }
    }

    /// <summary>Goes to where the checkpoint stands in its epoch, once the epoch has begun.</summary>
    /// <returns>The seconds that the epoch had taken.</returns>
    private double ResumeEpoch()
    {
        if (position is not { IsInEpoch: true } inEpoch || inEpoch.Epoch != fit.Epoch || generator is null)
        {
            return 0;
        }

        // A schedule has set the rates of the epoch's beginning again.
        RestoreRates();
        fit.Batch = inEpoch.Batch;
        fit.Step = inEpoch.Step;
        samples = inEpoch.Samples;
        if (savedMetrics.Count == compiled.Metrics.Count + 1)
        {
            states!.Restore(savedMetrics);
        }

        step.Restore(
            inEpoch.PendingBatches,
            new WeightedSum(inEpoch.PendingSum, inEpoch.PendingWeight),
            name => pendingGradients.GetValueOrDefault(name));
        torch.set_rng_state(generator);
        foreach (var gradient in pendingGradients.Values)
        {
            gradient.Dispose();
        }

        pendingGradients = [];
        generator.Dispose();
        generator = null;
        return inEpoch.Seconds;
    }

    private void RestoreRates()
    {
        foreach (var group in compiled.LearningRates)
        {
            if (savedRates.GetValueOrDefault(group.Name) is { } saved)
            {
                // A rate that is stated anew takes effect, lowered as far as the one before was.
                group.Restore(
                    saved.Initial == group.Initial ? saved.Now : group.Initial * (saved.Now / saved.Initial), saved.Reduction);
            }
        }
    }

    private static RunPosition Before(int epoch) => new(epoch, 0, 0, 0, 0, 0, 0, 0);

    private static Dictionary<string, Tensor> Below(IReadOnlyDictionary<string, Tensor> tensors, string prefix) =>
        tensors
            .Where(named => named.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(named => named.Key[prefix.Length..], named => named.Value, StringComparer.Ordinal);

    private TrainingCheckpoint<RunState> Capture(
        RunPosition at,
        List<List<double>> metrics,
        IEnumerable<(string Name, Tensor Gradient)> gradients)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["generator"] = torch.get_rng_state() };
        foreach (var (name, tensor) in ModelTensors())
        {
            tensors[$"model/{name}"] = tensor;
        }

        foreach (var (name, gradient) in gradients)
        {
            tensors[$"gradient/{name}"] = gradient;
        }

        foreach (var (name, tensor) in OptimizerMoments.Save(compiled.Binding.Optimizer))
        {
            tensors[$"optimizer/{name}"] = tensor;
        }

        var callbackValues = new List<RunCallback>();
        for (var i = 0; i < options.Callbacks.Count; i++)
        {
            var state = new CallbackState();
            options.Callbacks[i].Save(state);
            callbackValues.Add(new RunCallback(options.Callbacks[i].GetType().Name, state.Values));
            foreach (var (name, tensor) in state.Tensors)
            {
                tensors[$"callback/{i}/{name}"] = tensor;
            }
        }

        var run = new RunState(
            Settings(),
            at,
            compiled.LearningRates.ToDictionary(
                group => group.Name, group => new RunRate(group.Initial, group.LearningRate, group.Reduction)),
            RunHistory.Of(history),
            metrics,
            divergence.Save(),
            callbackValues,
            fit.Stopping is { Reason: StopReason.Cancelled } ? null : fit.Stopping,
            IsFinished ? history.Outcome : null);
        return new TrainingCheckpoint<RunState>(run, tensors);
    }

    private IEnumerable<(string Name, Tensor Tensor)> ModelTensors() =>
        [
            .. compiled.Model.named_parameters().Select(named => (named.name, (Tensor)named.parameter)),
            .. compiled.Model.named_buffers().Select(named => (named.name, named.buffer)),
        ];

    private void RestoreModel(TrainingCheckpoint<RunState> checkpoint, string folder)
    {
        var saved = Below(checkpoint.Tensors, "model/");
        var here = ModelTensors().ToList();
        foreach (var (name, tensor) in here)
        {
            if (!saved.TryGetValue(name, out var source) || !source.shape.SequenceEqual(tensor.shape))
            {
                throw new FineTuneException(
                    $"The checkpoint in '{folder}' is of another model: it has no '{name}' of shape [{string.Join(", ", tensor.shape)}].");
            }
        }

        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (name, tensor) in here)
        {
            tensor.copy_(saved[name]);
        }
    }

    // Each gets what one of its type knew, in their order: where differences are allowed, others may have come or gone.
    private void RestoreCallbacks(TrainingCheckpoint<RunState> checkpoint)
    {
        var saved = checkpoint.State.Callbacks.Select((callback, index) => (callback.Type, callback.State, index)).ToList();
        foreach (var callback in options.Callbacks)
        {
            var position = saved.FindIndex(one => one.Type == callback.GetType().Name);
            if (position >= 0)
            {
                var (_, state, index) = saved[position];
                saved.RemoveAt(position);
                callback.Restore(fit, new CallbackState(state, Below(checkpoint.Tensors, $"callback/{index}/")));
            }
        }
    }

    /// <returns>Whether something differs, and may.</returns>
    private bool Compare(RunState state, string folder, bool allowDifferences)
    {
        List<string> differences = [.. state.Settings.DifferencesTo(Settings())];
        if (state.Position.Epoch > options.Epochs)
        {
            differences.Add(FormattableString.Invariant(
                $"Epochs is {options.Epochs}, but {state.Position.Epoch - options.InitialEpoch} epochs of it have run"));
        }

        if (differences.Count == 0)
        {
            return false;
        }

        var listed = string.Join("; ", differences);
        if (!allowDifferences)
        {
            var over = state.Finished is not null && !GoesOnAfter(state);
            throw new FineTuneException(
                $"The checkpoint in '{folder}' is of another training, so going on from it would not be exact: {listed}. Undo the change, "
                    + (over
                        ? "raise Epochs, as this training was finished, or delete the folder to start anew."
                        : "delete the folder to start anew, or allow differences (allowDifferences of Backup, BackupAllowDifferences of "
                            + "FineTuneOptions): what is stated now then takes effect."));
        }

        fit.Warn(
            new TrainingWarning(
                WarningKind.ResumedWithDifferences,
                $"Training goes on from a checkpoint of other settings, so its result is not that of one run: {listed}."));
        return true;
    }

    // Weights may be millions, of which only it matters whether they are the same.
    private static string? HashOf(IEnumerable<double>? weights) =>
        weights is null
            ? null
            : TensorHash.Of(MemoryMarshal.AsBytes<double>(weights.ToArray())).ToString("x16", CultureInfo.InvariantCulture);

    // They do not change while it trains, and data may take long to tell what it is.
    private RunSettings Settings() => settings ??= new(
    [
        new("Model", compiled.Manifest.ToString()),
        new("Phase", compiled.Phase.ToString()),
        new(Kind, compiled.OptimizerConfig.Name),
        new("OptimizerOptions", compiled.OptimizerConfig.ToString()),
        new("LearningRates", string.Join(", ", compiled.LearningRates.Select(group =>
            FormattableString.Invariant($"{group.Name} {group.Initial:R}")))),
        new("Loss", compiled.Loss.ToString()),
        new("Metrics", string.Join(", ", compiled.Metrics)),
        new("Trainable", string.Join(", ", compiled.Trainable.Select(named => named.Name))),
        new("Callbacks", string.Join(", ", options.Callbacks)),
        new("TrainingData", DataIdentity.Of(loader.Data)),
        new("ValidationData", options.ValidationData is { } data ? DataIdentity.Of(data) : null),
        Of("InitialEpoch", options.InitialEpoch),
        Of("BatchSize", options.BatchSize),
        Of("Shuffle", options.Shuffle),
        Of("Seed", options.Seed),
        Of("DropLast", options.DropLast),
        Of("AccumulateBatches", options.AccumulateBatches),
        Of("ClipNorm", options.ClipNorm),
        Of("ClipValue", options.ClipValue),
        new("SampleWeights", HashOf(options.SampleWeights?.Select(weight => (double)weight))),
        new("SamplingWeights", HashOf(options.SamplingWeights)),
        Of("BatchTransform", options.BatchTransform),
        Of("AugmentedViews", options.FeatureCache.AugmentedViews),
        Of("HalfPrecision", options.FeatureCache.HalfPrecision),
        Of("AllowChannelsLast", options.FeatureCache.AllowChannelsLast),
        Of("Threads", torch.get_num_threads()),
        new("Library", $"{typeof(torch).Assembly.GetName()}; {typeof(FitRun).Assembly.GetName()}"),
    ]);

    private static RunSetting Of(string name, object? value) => new(name, Convert.ToString(value, CultureInfo.InvariantCulture) is
    {
        Length: > 0,
    } text ? text : null);
}
