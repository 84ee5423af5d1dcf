using FineTune.Weights;
using TorchSharp;

namespace FineTune;

/// <summary>
/// Writes everything that training depends on into a folder, after each epoch and every so many batches, and goes on
/// from there when the same <c>Fit</c> is run again: after Ctrl-C, a crash or a kill, the result is bit for bit that of
/// a run which nothing disturbed. A <c>Fit</c> that was finished is not run again; its weights and history come back. Asked for
/// more epochs than it had, it goes on from the end of its last one.
/// </summary>
/// <remarks>
/// Each phase needs a folder of its own. To start anew, delete it. What is restored: weights, buffers, moments,
/// learning rates, the generator, the place in the epoch's order, gradients that wait for a step, metrics so far, the
/// history, and what callbacks know, best weights included. A checkpoint is a file that appears whole or not at all,
/// with a checksum; a damaged one is named and the one before it is used. It sees what all callbacks did at the same moment.
/// </remarks>
/// <example><code>
/// compiled.Fit(train, new() { Epochs = 10, Backup = new("backup/head", everyBatches: 100) });
/// </code></example>
public sealed class Backup
{
    private readonly CheckpointFolder folder;
    private readonly int? everyBatches;
    private readonly bool allowDifferences;

    /// <summary>Backups in a folder.</summary>
    /// <param name="folder">The folder; it is made where it is missing.</param>
    /// <param name="everyBatches">Batches between two checkpoints inside an epoch; null for none inside.</param>
    /// <param name="keep">How many checkpoints are kept, at least 1; the one before is what damage falls back to.</param>
    /// <param name="allowDifferences">
    /// Whether to go on, with a warning, where settings, data, thread count or library differ from the checkpoint's, so that
    /// the result cannot be exact: what is stated now takes effect. By default that is an error, which lists what differs.
    /// </param>
    public Backup(string folder, int? everyBatches = null, int keep = 2, bool allowDifferences = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        if (everyBatches is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(everyBatches), everyBatches, "At least one batch lies between two checkpoints.");
        }

        this.folder = new CheckpointFolder(folder, keep);
        this.everyBatches = everyBatches;
        this.allowDifferences = allowDifferences;
    }

    /// <summary>Goes on from the newest checkpoint, if there is one.</summary>
    internal void Begin(FitContext fit)
    {
        using var newest = folder.Newest<RunState>(Skipped);
        if (newest is null)
        {
            return;
        }

        // What a finished training left is its best weights; to go on, those of its last epoch are needed.
        using var unfinished = fit.Run.GoesOnAfter(newest.State) ? folder.Newest<RunState>(Skipped, state => state.Finished is null) : null;
        fit.Run.Restore(unfinished ?? newest, folder.Path, allowDifferences);

        void Skipped(string message) => fit.Warn(new TrainingWarning(WarningKind.CheckpointSkipped, message));
    }

    /// <summary>After a batch, once all callbacks saw its end.</summary>
    internal void AfterBatch(FitContext fit)
    {
        if (everyBatches is { } every && (fit.Batch + 1) % every == 0)
        {
            Write(() => fit.Run.Capture(fit.Batch + 1));
        }
    }

    /// <summary>When training has ended and all callbacks are done.</summary>
    internal void End(FitContext fit)
    {
        if (fit.Run.IsFinished)
        {
            // Beside it that of the last epoch stays, as more epochs may be asked for.
            Write(fit.Run.CaptureFinished, least: 2);
        }
    }

    /// <summary>After an epoch, once its record stands in the history.</summary>
    internal void AfterEpoch(FitContext fit) => Write(fit.Run.CaptureNextEpoch);

    /// <summary>When cancellation cut an epoch short, before anything is restored.</summary>
    internal void Interrupted(FitContext fit) => Write(() => fit.Run.Capture(fit.Batch));

    // The tensors of a checkpoint are the model's own; what was made for it alone goes with the scope.
    private void Write(Func<TrainingCheckpoint<RunState>> capture, int least = 1)
    {
        using var scope = torch.NewDisposeScope();
        folder.Write(capture(), least);
    }
}
