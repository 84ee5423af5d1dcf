using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Writes event files for TensorBoard: loss, metrics, what callbacks before it report and learning rates of each epoch,
/// and how weights and their updates are spread. What is measured in training goes into the folder's <c>train</c>, what
/// begins with <c>val_</c> into its <c>validation</c>, under one name, so that both are drawn in one chart.
/// </summary>
/// <remarks>
/// Tags are <c>epoch_loss</c>, <c>epoch_accuracy</c> and so on, as in Keras; <c>learning_rate/head</c>; and with
/// histograms <c>weights/head.weight</c> and <c>updates/head.weight</c>, the change over the epoch, for what trains. With
/// <c>everySteps</c> also <c>batch_loss</c> and <c>gradient_norm</c>, by optimizer step. A resume writes a file of its
/// own that makes the epochs it does again void in the older ones.
/// </remarks>
/// <example><code>
/// Callbacks = [new TensorBoard("logs/run1")]      // then: tensorboard --logdir logs
/// </code></example>
public sealed class TensorBoard : Callback, IDisposable
{
    private readonly string folder;
    private readonly bool histograms;
    private readonly int? everySteps;
    private EventFile? training;
    private EventFile? validation;
    private TensorCopies? before;
    private int? resumedIn;
    private long steps;

    /// <summary>Events in a folder.</summary>
    /// <param name="folder">The folder of this run; it is made where it is missing.</param>
    /// <param name="histograms">Whether to write how weights and updates are spread; it takes a copy of what trains.</param>
    /// <param name="everySteps">Optimizer steps between two values inside an epoch; null for none inside.</param>
    public TensorBoard(string folder, bool histograms = true, int? everySteps = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (everySteps is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(everySteps), everySteps, "At least one step lies between two values.");
        }

        this.folder = folder;
        this.histograms = histograms;
        this.everySteps = everySteps;
    }

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Dispose();
        resumedIn = null;
        training = new EventFile(Path.Combine(folder, "train"));
        validation = fit.Options.ValidationData is null ? null : new EventFile(Path.Combine(folder, "validation"));
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        steps = fit.History.Steps;
        if (histograms && fit.Epoch != resumedIn)
        {
            before?.Dispose();
            before = TensorCopies.Of(Trainable(fit));
        }
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (everySteps is { } every && fit.History.Steps != steps)
        {
            steps = fit.History.Steps;
            if (steps % every == 0)
            {
                training!.Scalar("batch_loss", steps, fit.Metrics["loss"]);
                training.Scalar("gradient_norm", steps, fit.GradientNorm);
            }
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        foreach (var (name, value) in fit.Metrics)
        {
            var ofValidation = name.StartsWith("val_", StringComparison.Ordinal);
            (ofValidation ? validation! : training!).Scalar($"epoch_{(ofValidation ? name[4..] : name)}", fit.Epoch, value);
        }

        foreach (var group in fit.LearningRates)
        {
            training!.Scalar($"learning_rate/{group.Name}", fit.Epoch, group.LearningRate);
        }

        if (before is not null)
        {
            foreach (var ((name, now), (_, then)) in Trainable(fit).Zip(before.Named))
            {
                using var scope = torch.NewDisposeScope();
                Histogram($"weights/{name}", fit.Epoch, now.detach());
                Histogram($"updates/{name}", fit.Epoch, now.detach() - then);
            }

            before.Dispose();
            before = null;
        }

        training!.Flush();
        validation?.Flush();
    }

    /// <inheritdoc/>
    public override void OnFitEnd(FitContext fit) => Dispose();

    /// <inheritdoc/>
    public override void Save(CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var (name, copy) in before?.Named ?? [])
        {
            state.Tensors[name] = copy;
        }
    }

    /// <inheritdoc/>
    public override void Restore(FitContext fit, CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(state);
        training!.GoOnFrom(fit.Epoch);
        validation?.GoOnFrom(fit.Epoch);
        if (state.Tensors.Count > 0)
        {
            before = TensorCopies.Of([.. Trainable(fit).Select(named => (named.Name, state.Tensors[named.Name]))]);
            resumedIn = fit.Epoch;
        }
    }

    /// <summary>Closes the files. A <c>Fit</c> does so by itself at its end.</summary>
    public void Dispose()
    {
        training?.Dispose();
        validation?.Dispose();
        before?.Dispose();
        (training, validation, before) = (null, null, null);
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Trainable(FitContext fit) =>
        fit.Compiled.Trainable.Select(named => (named.Name, (Tensor)named.Parameter));

    private void Histogram(string tag, int epoch, Tensor values)
    {
        if (values.numel() > 0)
        {
            training!.Histogram(
                tag,
                epoch,
                ValueHistogram.Of(values.to_type(ScalarType.Float32).Values<float>()));
        }
    }
}
