using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FineTune.Data;
using FineTune.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>How a run becomes a checkpoint, and a checkpoint a run.</summary>
internal sealed partial class FitRun
{
    private RunPosition? position;
    private FitOutcome? finished;
    private List<List<double>> savedMetrics = [];
    private Dictionary<string, double> savedRates = [];
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

    /// <summary>Takes up a run where a checkpoint stands.</summary>
    /// <exception cref="FineTuneException">It is of another training, and differences are not allowed.</exception>
    public void Restore(TrainingCheckpoint<RunState> checkpoint, string folder, bool allowDifferences)
    {
        var state = checkpoint.State;
        Compare(state.Settings, folder, allowDifferences);
        RestoreModel(checkpoint, folder);
        OptimizerMoments.Restore(compiled.Binding.Optimizer, Below(checkpoint.Tensors, "optimizer/"));
        savedRates = state.LearningRates;
        RestoreRates();
        state.History.Restore(history, compiled.Phase);
        divergence.Restore(state.Divergence);
        finished = state.Finished;
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
            if (state.Stopping is { } stopping)
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
        states!.Restore(savedMetrics);
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
            group.LearningRate = savedRates[group.Name];
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

        var callbackValues = new List<JsonObject>();
        for (var i = 0; i < options.Callbacks.Count; i++)
        {
            var state = new CallbackState();
            options.Callbacks[i].Save(state);
            callbackValues.Add(state.Values);
            foreach (var (name, tensor) in state.Tensors)
            {
                tensors[$"callback/{i}/{name}"] = tensor;
            }
        }

        var run = new RunState(
            Settings(),
            at,
            compiled.LearningRates.ToDictionary(group => group.Name, group => group.LearningRate),
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

    private void RestoreCallbacks(TrainingCheckpoint<RunState> checkpoint)
    {
        for (var i = 0; i < Math.Min(options.Callbacks.Count, checkpoint.State.Callbacks.Count); i++)
        {
            options
                .Callbacks[i]
                .Restore(fit, new CallbackState(checkpoint.State.Callbacks[i], Below(checkpoint.Tensors, $"callback/{i}/")));
        }
    }

    private void Compare(RunSettings then, string folder, bool allowDifferences)
    {
        var differences = string.Join("; ", then.DifferencesTo(Settings()));
        if (differences.Length == 0)
        {
            return;
        }

        if (!allowDifferences)
        {
            throw new FineTuneException(
                $"The checkpoint in '{folder}' is of another training, so going on from it would not be exact: {differences}. "
                    + "Undo the change, delete the folder to start anew, or say allowDifferences.");
        }

        fit.Warn(
            new TrainingWarning(
                WarningKind.ResumedWithDifferences,
                $"Training goes on from a checkpoint of other settings, so its result is not that of one run: {differences}."));
    }

    // Weights may be millions, of which only it matters whether they are the same.
    private static string? HashOf(IEnumerable<double>? weights) =>
        weights is null
            ? null
            : TensorHash.Of(MemoryMarshal.AsBytes<double>(weights.ToArray())).ToString("x16", CultureInfo.InvariantCulture);

    private RunSettings Settings() =>
        new(
            compiled.Tunable.Manifest.ToString(),
            compiled.Phase.ToString(),
            compiled.OptimizerConfig.Name,
            compiled.Loss.Name,
            string.Join(", ", compiled.Metrics.Select(metric => metric.Name)),
            string.Join(", ", compiled.Trainable.Select(named => named.Name)),
            string.Join(", ", options.Callbacks.Select(callback => callback.GetType().Name)),
            sampleCount,
            options.InitialEpoch,
            options.Epochs,
            options.BatchSize,
            options.Shuffle,
            options.Seed,
            options.DropLast,
            options.AccumulateBatches,
            options.ClipNorm,
            options.ClipValue,
            HashOf(options.SampleWeights?.Select(weight => (double)weight)),
            HashOf(options.SamplingWeights),
            torch.get_num_threads(),
            typeof(torch).Assembly.GetName().ToString());
}
