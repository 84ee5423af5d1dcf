using FineTune.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>The whole recipe in one call.</summary>
public static class FineTuning
{
    /// <summary>
    /// Trains the head on the frozen backbone until the validation loss stops improving, unfreezes the backbone's last
    /// layers, recompiles at the fine-tuning rates and trains on until it stops improving again. The model ends with
    /// the weights of its best epoch.
    /// </summary>
    /// <param name="model">An annotated model, its backbone pre-trained.</param>
    /// <param name="train">What to train on.</param>
    /// <param name="validation">What decides when to stop.</param>
    /// <param name="options">How; Keras's textbook recipe where not stated.</param>
    /// <exception cref="FineTuneException">The loss is not stated and cannot be told from outputs and targets.</exception>
    public static FineTuneResult FineTune<TModel>(this TModel model, IDataset train, IDataset validation, FineTuneOptions? options = null)
        where TModel : Module<Tensor, Tensor>, IFineTunable
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        options ??= new FineTuneOptions();
        var (loss, metrics) = options.Loss is { } stated ? (stated, options.Metrics ?? []) : TaskKind.Of(model, train);

        model.EnterPhase(Phase.Head);
        var compiled = CompiledModel.Compile(model, options.Optimizer ?? Optimizers.Adam(), loss, options.Metrics ?? metrics);
        var head = compiled.Fit(train, Epochs(options, validation, 0, options.HeadEpochs));
        if (head.Outcome.Reason is StopReason.Cancelled or StopReason.NonFinite)
        {
            return new FineTuneResult(compiled, head, null);
        }

        var manifest = model.Manifest;
        model.EnterPhase(manifest.UnfreezeLast is { } count
            ? Phase.Last(count, manifest.Unit)
            : Phase.Last(options.UnfreezeLast));
        compiled = compiled.Recompile();
        return new FineTuneResult(compiled, head, compiled.Fit(train, Epochs(options, validation, head.Epochs, options.FineTuneEpochs)));
    }

    private static FitOptions Epochs(FineTuneOptions options, IDataset validation, int first, int count) => options.Fit with
    {
        InitialEpoch = first,
        Epochs = first + count,
        ValidationData = validation,
        Callbacks = options.Fit.Callbacks.Any(callback => callback is EarlyStopping)
            ? options.Fit.Callbacks
            : [.. options.Fit.Callbacks, new EarlyStopping(patience: options.Patience)],
    };
}
