using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>One <c>Fit</c>, from its checks to its outcome.</summary>
internal sealed partial class FitRun
{
    private readonly CompiledModel compiled;
    private readonly FitOptions options;
    private readonly BatchLoader loader;
    private readonly FeatureBatches training;
    private readonly FeatureBatches? validation;
    private readonly List<Callback> callbacks;
    private readonly History history;
    private readonly FitContext fit;
    private readonly DivergenceWatch divergence = new();
    private readonly TrainingStep step;
    private readonly Stopwatch clock = new();
    private readonly int sampleCount;
    private readonly FeatureSession features;
    private MetricStates? states;
    private int samples;
    private readonly Dictionary<string, int> skipped = [];
    private readonly IReadOnlyList<TrainingWarning> oddities;
    private bool hasToldOrder;

    public FitRun(CompiledModel compiled, IDataset train, FitOptions options)
    {
        options.Validate(train);
        compiled.Binding.ThrowIfStale();
        OptimizerAudit.Check(compiled.Binding);
        this.compiled = compiled;
        this.options = options;
        sampleCount = train.Count;
        step = new TrainingStep(compiled, options, train);
        loader = new BatchLoader(train, options.TrainingBatches);
        if (loader.BatchCount == 0)
        {
            throw new FineTuneException(
                $"No batch is left: DropLast leaves out a batch with fewer than {options.BatchSize} samples, and there are {train.Count}.");
        }

        oddities = Preflight.Check(compiled, options, loader);
        training = new FeatureBatches(loader);
        validation = options.ValidationData is { } data ? new FeatureBatches(new BatchLoader(data, options.ValidationBatches)) : null;
        history = new History(options.InitialEpoch);
        fit = new FitContext(this, compiled, options, history, loader.BatchCount, Warn);
        features = new FeatureSession(
            compiled.Model,
            compiled.Tunable,
            compiled.Features,
            options.FeatureCache,
            options.TrainingBatches,
            options.BatchTransform?.ToString(),
            use => history.FeatureCaches = [use],
            Warn);

        callbacks = [.. options.Callbacks];
        if (ProgressDisplay.For(options.Progress) is { } progress)
        {
            callbacks.Add(progress);
        }

        fit.Produced = Produced();
        foreach (var group in compiled.LearningRates)
        {
            group.Restore(group.LearningRate, reduction: 1);
        }
    }

    /// <summary>What happened so far.</summary>
    public History History => history;

    public History Run()
    {
        var errors = new List<Exception>();
        var begun = new List<Callback>();
        var wasTraining = compiled.Model.training;
        try
        {
            foreach (var callback in callbacks)
            {
                begun.Add(callback);
                callback.OnFitBegin(fit);
            }

            options.Backup?.Begin(fit);

            if (ArgumentLifetimes.WarningFor(Math.Max(options.TrainingBatches.Workers, options.ValidationBatches.Workers)) is
                { } unsafeNumbers)
            {
                fit.Warn(unsafeNumbers);
            }

            if (!IsResumed)
            {
                foreach (var warning in compiled.Warnings.Concat(oddities))
                {
                    fit.Warn(warning);
                }
            }

            Train();
        }
        catch (Exception exception)
        {
            errors.Add(exception);
        }

        step.Dispose();
        loader.Forget();
        FreeMemory.GiveBackAll();
        compiled.Model.train(wasTraining);
        history.Outcome = finished ?? fit.Stopping ?? new FitOutcome(StopReason.Completed, Completed());
        IsFinished = finished is null && errors.Count == 0 && history.Outcome.Reason != StopReason.Cancelled;
        foreach (var callback in begun)
        {
            Try(() => callback.OnFitEnd(fit));

            // Whoever comes later in the list sees what an earlier one restored.
            if (finished is null)
            {
                history.Outcome = history.Outcome with { Best = fit.Best, WeightsRestored = fit.WeightsRestored };
            }
        }

        if (options.Backup is { } backup)
        {
            Try(() => backup.End(fit));
        }

        Rethrow(errors);
        return history;

        void Try(Action end)
        {
            try
            {
                end();
            }
            catch (Exception exception)
            {
                errors.Add(exception);
            }
        }
    }

    private static void Rethrow(List<Exception> errors)
    {
        if (errors.Count == 1)
        {
            ExceptionDispatchInfo.Throw(errors[0]);
        }

        if (errors.Count > 1)
        {
            throw new AggregateException(errors);
        }
    }

    private void Train()
    {
        compiled.Model.train();
        using var audit = new MovementAudit(compiled);
        using var kept = features;
        var first = position?.Epoch ?? options.InitialEpoch;
        for (var epoch = first; finished is null && epoch < options.Epochs && !Ending(); epoch++)
        {
            fit.Epoch = epoch;
            fit.Batch = 0;
            fit.Step = 0;
            fit.Clear();
            Each(static (callback, fit) => callback.OnEpochBegin(fit));
            compiled.Binding.ThrowIfStale();
            features.Open(training, validation, epoch);
            loader.Forget();
            TrainEpoch(epoch, audit);
        }
    }

    private void TrainEpoch(int epoch, MovementAudit audit)
    {
        // Dropout and whatever else draws from the global generator follow from the seed and the epoch alone.
        torch.manual_seed(unchecked(options.Seed * 1_000_003L + epoch));
        clock.Restart();
        using var ofEpoch = states = new MetricStates(compiled.Metrics, compiled.Loss);
        samples = 0;
        step.Reset();
        audit.EpochStarts();
        var before = ResumeEpoch();
        var complete = true;
        try
        {
            TrainBatches(epoch, audit);
            complete = !Ending();
        }
        catch (NonFiniteException exception) when (options.OnNonFinite == NonFinitePolicy.Stop)
        {
            fit.Stop(StopReason.NonFinite, exception.Message);
            complete = false;
        }
        catch
        {
            fit.IsPartialEpoch = true;
            fit.CatchUp();
            throw;
        }

        var seconds = before + clock.Elapsed.TotalSeconds;
        complete = complete && EndEpoch(epoch, audit);
        var rates = compiled.LearningRates.ToDictionary(group => group.Name, group => group.LearningRate);
        if (!complete)
        {
            fit.IsPartialEpoch = true;
            history.PartialEpoch = Record();
            if (fit.Stopping?.Reason == StopReason.Cancelled)
            {
                options.Backup?.Interrupted(fit);
            }

            return;
        }

        try
        {
            Each(static (callback, fit) => callback.OnEpochEnd(fit));
        }
        finally
        {
            history.Add(Record());
        }

        options.Backup?.AfterEpoch(fit);

        EpochRecord Record() => new(
            epoch, compiled.Phase, fit.Copy(), rates, before + clock.Elapsed.TotalSeconds, seconds > 0 ? samples / seconds : 0);
    }

    private void TrainBatches(int epoch, MovementAudit audit)
    {
        foreach (var batch in training.Epoch(epoch, fit.Batch))
        {
            using var owned = batch;
            features.PassOnWarnings();
            if (Ending())
            {
                return;
            }

            // It is empty when each of its samples was skipped, and counts all the same: a resume finds its place by it.
            if (batch.Count > 0)
            {
                Train(batch, epoch, audit);
            }

            options.Backup?.AfterBatch(fit);
            fit.Batch++;
        }

        if (step.Pending > 0 && !Ending())
        {
            Apply(epoch, audit);
        }
    }

    private void Train(ModelBatch batch, int epoch, MovementAudit audit)
    {
        compiled.Binding.ThrowIfFlipped();
        using var weights = WeightsOf(batch);
        if (batch.Inputs is { } inputs)
        {
            LayerTracing.Check(compiled.Model, compiled.Tunable, inputs);
        }

        WarnOfUncertainOrder();

        using var mixture = options.BatchTransform?.Apply(batch, SampleRandom.ForBatch(options.Seed, epoch, fit.Batch));
        step.Add(mixture?.Batch ?? batch, weights, states, new StepPosition(epoch, fit.Step), mixture);
        samples += batch.Count;
        if (step.Pending == options.AccumulateBatches)
        {
            Apply(epoch, audit);
        }

        fit.Behind(states!);
        Each(static (callback, fit) => callback.OnBatchEnd(fit));
    }

    private void Apply(int epoch, MovementAudit audit)
    {
        Each(static (callback, fit) => callback.OnStepBegin(fit));
        fit.GradientNorm = step.Apply(new StepPosition(epoch, fit.Step), audit.Gradients);
        audit.StepTaken();
        fit.Step++;
        history.Steps++;
    }

    /// <summary>Audits and validates the epoch; false where cancellation came first.</summary>
    private bool EndEpoch(int epoch, MovementAudit audit)
    {
        foreach (var warning in audit.EpochEnds(epoch))
        {
            fit.Warn(warning);
        }

        WarnOfSkipped("training", loader.SkippedSamples);
        fit.Behind(states!);
        fit.CatchUp();
        if (validation is null)
        {
            return true;
        }

        try
        {
            var evaluation = Inference.Evaluate(compiled, validation, options.CancellationToken);
            features.PassOnWarnings();
            WarnOfSkipped("validation", evaluation.SkippedSamples);
            fit.Set(evaluation.Metrics.Prepend(KeyValuePair.Create("loss", evaluation.Loss))
                .Select(metric => KeyValuePair.Create($"val_{metric.Key}", metric.Value)));
        }
        catch (OperationCanceledException) when (options.CancellationToken.IsCancellationRequested)
        {
            Ending();
            return false;
        }

        if (divergence.Add(epoch, fit.Metrics["loss"], fit.Metrics["val_loss"]) is { } diverging)
        {
            fit.Warn(diverging);
        }

        return true;
    }

    private bool Ending()
    {
        if (options.CancellationToken.IsCancellationRequested)
        {
            fit.Stop(StopReason.Cancelled, FormattableString.Invariant(
                $"Training was cancelled in epoch {fit.Epoch} after {fit.Step} of its steps."));
        }

        return fit.Stopping is not null;
    }

    private Tensor? WeightsOf(ModelBatch batch) => options.SampleWeights is { } weights
        ? torch.tensor(batch.Indices.Select(index => weights[index]).ToArray())
        : null;

    private void WarnOfUncertainOrder()
    {
        if (!hasToldOrder && compiled.Tunable.Layers.UncertainOrder(compiled.Phase) is { } uncertain)
        {
            fit.Warn(uncertain);
        }

        hasToldOrder = true;
    }

    private void WarnOfSkipped(string set, int count)
    {
        if (count > skipped.GetValueOrDefault(set))
        {
            skipped[set] = count;
            history.SkippedSamples = skipped.Values.Sum();
            fit.Warn(new TrainingWarning(WarningKind.SamplesSkipped,
                $"Of the {set} data, {count} sample{(count == 1 ? "" : "s")} cannot be read and {(count == 1 ? "is" : "are")} left out."));
        }
    }

    private void Warn(TrainingWarning warning)
    {
        history.Add(warning);
        Each((callback, fit) => callback.OnWarning(fit, warning));
    }

    private void Each(Action<Callback, FitContext> moment)
    {
        foreach (var callback in callbacks)
        {
            moment(callback, fit);
        }
    }

    private string Completed() =>
        position is { } resumed && resumed.Epoch >= options.Epochs
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"No epoch ran: the checkpoint stands before epoch {resumed.Epoch}, and Epochs is {options.Epochs}.")
        : history.Records.Count == 0 ? "No epoch ran."
        : FormattableString.Invariant($"All epochs ran, up to epoch {history.Records[^1].Epoch}.");

    private List<string> Produced()
    {
        List<string> training = ["loss", .. compiled.Metrics.Select(metric => metric.Name)];
        var validation = options.ValidationData is null ? [] : training.Select(name => $"val_{name}");
        return [.. training, .. validation, .. callbacks.SelectMany(callback => callback.Reports)];
    }
}
