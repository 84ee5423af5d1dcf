using FineTune.Data;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>The whole recipe in one call.</summary>
public static class FineTuning
{
    private const double HeadRate = 1e-3;

    // Epochs. The first gradients through layers that were frozen are the wildest.
    private const double Warmup = 0.5;

    /// <summary>
    /// Trains the head on the frozen backbone until the validation loss stops improving, unfreezes what the class's
    /// attributes say (all of it where they say nothing), recompiles at the fine-tuning rates and
    /// trains on until it stops improving again. With <see cref="GradualUnfreezeAttribute"/> one block more of the
    /// backbone joins every few epochs, the optimizer's state carried on, until all of it trains. Rates of fine-tuning
    /// rise over half an epoch and fall as half a cosine. The model ends with the weights of its best epoch: the head's by the
    /// validation loss, after fine-tuning by the first metric where there is one, among the epochs of the second half.
    /// </summary>
    /// <param name="model">An annotated model, its backbone pre-trained.</param>
    /// <param name="train">What to train on.</param>
    /// <param name="validation">What decides when to stop.</param>
    /// <param name="options">How; as <c>docs/recipes.md</c> found best where not stated.</param>
    /// <exception cref="FineTuneException">
    /// The loss is not stated and cannot be told from outputs and classes, or an option of <see cref="FineTuneOptions.Fit"/> is stated
    /// that the recipe has its own of: epochs, validation data, the backup.
    /// </exception>
    public static FineTuneResult FineTune<TModel>(this TModel model, IDataset train, IDataset validation, FineTuneOptions? options = null)
        where TModel : Module, IFineTunable
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        options ??= new FineTuneOptions();
        ThrowIfOverwritten(options.Fit);

        var (loss, usual) = options.Loss is { } stated ? (stated, options.Metrics ?? []) : DefaultLoss.Of(model, train);
        var metrics = options.Metrics ?? usual;

        Trace(model, train, options.Fit);
        model.EnterPhase(Phase.Head);
        var compiled = CompiledModel.Compile(model, options.Optimizer ?? Optimizers.AdamW(HeadRate), loss, metrics);
        var head = compiled.Fit(
            train, Epochs(options, validation, 0, options.HeadEpochs, "head", [], new EarlyStopping(patience: options.Patience)));
        if (head.Outcome.Reason is StopReason.Cancelled or StopReason.NonFinite)
        {
            return new FineTuneResult(compiled, head, null);
        }

        // A network that has become sure of itself pays for its mistakes with a higher loss while it makes fewer of them.
        var decisive = $"val_{metrics.FirstOrDefault(metric => metric.Direction != MetricDirection.Unknown)?.Name ?? "loss"}";
        History? fine = null;
        var steps = Steps(model, options);
        for (var number = 0; number < steps.Count; number++)
        {
            var step = steps[number];
            var isLast = number == steps.Count - 1;
            var first = (fine ?? head).NextEpoch;
            model.EnterPhase(step.Phase);
            compiled = compiled.Recompile(keepOptimizerState: fine is not null);

            // While the rate is high, a good epoch is good luck: few samples tell it from a bad one by a few mistakes.
            var stopping = new EarlyStopping(
                decisive, patience: options.Patience, startFromEpoch: isLast ? first + (step.Epochs / 2) : first);
            var history = compiled.Fit(
                train,
                Epochs(options, validation, first, step.Epochs, $"fine-tune-{number}", Schedule(options.Fit, isLast), stopping));
            fine = fine?.Concat(history) ?? history;
            if (history.Outcome.Reason is StopReason.Cancelled or StopReason.NonFinite)
            {
                break;
            }
        }

        return new FineTuneResult(compiled, head, fine);
    }

    // What the attributes of the class ask for, the most particular of them first.
    private static IReadOnlyList<UnfreezingStep> Steps(IFineTunable model, FineTuneOptions options)
    {
        var manifest = model.Manifest;
        if (manifest.EpochsPerBlock is { } epochsPerBlock)
        {
            var steps = model.Layers.Gradually(epochsPerBlock);
            return [.. steps.SkipLast(1), steps[^1] with { Epochs = options.FineTuneEpochs }];
        }

        var phase = manifest switch
        {
            { UnfreezePatterns: { Count: > 0 } patterns } => Phase.Matching([.. patterns]),
            { UnfreezeFirst: { } count } => Phase.First(count, manifest.UnfreezeFirstUnit),
            { UnfreezeLast: { } count } => Phase.Last(count, manifest.Unit),
            _ when options.UnfreezeLast is { } count && count < model.Layers.Count => Phase.Last(count),
            _ => Phase.Full,
        };
        return [new(phase, options.FineTuneEpochs)];
    }

    private static void Trace<TModel>(TModel model, IDataset train, FitOptions options)
        where TModel : Module, IFineTunable
    {
        if (model.Layers.IsInForwardOrder)
        {
            return;
        }

        var loader = new BatchLoader(train, options.TrainingBatches with { BatchSize = 1, Workers = 0 });
        using var batch = loader.Epoch(0).First();
        model.TraceLayers(batch.Inputs);
    }

    // What the recipe sets itself would otherwise be lost without a word.
    private static void ThrowIfOverwritten(FitOptions fit)
    {
        if (fit.Backup is not null)
        {
            throw new FineTuneException(
                "A Backup in FineTuneOptions.Fit would mix the phases in one folder; state FineTuneOptions.BackupFolder instead.");
        }

        var ofNoUse = new FitOptions();
        if (fit.Epochs != ofNoUse.Epochs || fit.InitialEpoch != ofNoUse.InitialEpoch)
        {
            throw new FineTuneException(
                $"FineTuneOptions.Fit has "
                    + $"{(fit.Epochs != ofNoUse.Epochs ? $"Epochs = {fit.Epochs}" : $"InitialEpoch = {fit.InitialEpoch}")}, "
                    + "but each phase has epochs of its own; state FineTuneOptions.HeadEpochs and FineTuneEpochs instead.");
        }

        if (fit.ValidationData is not null)
        {
            throw new FineTuneException(
                "FineTuneOptions.Fit has ValidationData, but FineTune validates on the set that it is called with; leave it out.");
        }
    }

    private static Backup BackupIn(string folder, string phase, FineTuneOptions options) => new(
        Path.Combine(folder, phase), options.BackupEveryBatches, allowDifferences: options.BackupAllowDifferences);

    // Before the last step others follow, with more blocks: its rate stays as it is.
    private static Callback[] Schedule(FitOptions fit, bool isLast) =>
        fit.Callbacks.Any(callback => callback is LearningRateSchedule or ReduceLROnPlateau) ? []
        : isLast ? [LearningRateSchedule.Cosine(Warmup)]
        : [LearningRateSchedule.Constant(Warmup)];

    private static FitOptions Epochs(
        FineTuneOptions options, IDataset validation, int first, int count, string phase, Callback[] schedule, EarlyStopping stopping)
    {
        List<Callback> callbacks = [.. options.Fit.Callbacks, .. schedule];
        if (!callbacks.Exists(callback => callback is EarlyStopping))
        {
            callbacks.Add(stopping);
        }

        return options.Fit with
        {
            InitialEpoch = first,
            Epochs = first + count,
            ValidationData = validation,
            Callbacks = callbacks,
            Backup = options.BackupFolder is { } folder ? BackupIn(folder, phase, options) : null,
        };
    }
}
