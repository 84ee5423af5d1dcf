using System.Text.Json.Nodes;
using FineTune.Data;
using FineTune.Weights;
using TorchSharp;

namespace FineTune.Tests.Models;

/// <summary>
/// Both phases of a training with everything that a resume must not lose: an order of its own in each epoch,
/// augmentation, dropout, accumulation, a schedule, early stopping and batch normalization that trains.
/// </summary>
internal static class TwoPhases
{
    /// <summary>Trains from a seed, backed up in a folder if one is given.</summary>
    /// <param name="folder">Where the backups go.</param>
    /// <param name="stopAtBatch">The batch, counted over both phases from 1, after which it is stopped.</param>
    /// <param name="everyBatches">Batches between two backups.</param>
    /// <param name="atBatch">What happens after each batch, before its backup.</param>
    /// <param name="token">Stops it too.</param>
    /// <param name="half">Whether the model is in half precision, under master weights.</param>
    /// <returns>
    /// Weights, buffers, history, moments and the generator, in text that is equal where every bit is; null where it was
    /// stopped.
    /// </returns>
    public static string? Train(
        string? folder, int? stopAtBatch = null, int? everyBatches = 1, Action<int>? atBatch = null, CancellationToken token = default,
        bool half = false)
    {
        using var model = Mlp.Seeded();
        if (half)
        {
            model.to(torch.ScalarType.BFloat16);
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(token);
        var batches = 0;
        var stop = new Recorder
        {
            AtBatchEnd = _ =>
            {
                batches++;
                atBatch?.Invoke(batches);
                if (batches == stopAtBatch)
                {
                    cancellation.Cancel();
                }
            },
        };
        var data = new Noisy(Toy.Points());
        var options = Toy.Quiet with
        {
            BatchSize = 10,
            AccumulateBatches = 2,
            Seed = 3,
            ValidationData = Toy.Points(seed: 2),
            CancellationToken = cancellation.Token,
        };

        model.FreezeBackbone();
        var compiled = model.Compile(
            Optimizers.SGD(0.2, momentum: 0.9, masterWeights: half),
            Losses.BinaryCrossEntropyWithLogits(),
            Metrics.BinaryAccuracy(),
            Metrics.AUC());
        var head = compiled.Fit(data, options with { Epochs = 3, Callbacks = Callbacks(), Backup = Backup("head") });
        if (head.Outcome.Reason == StopReason.Cancelled)
        {
            return null;
        }

        model.UnfreezeLast(5);
        compiled = model.Recompile(0.05, keepOptimizerState: true);
        var fine = compiled.Fit(data, options with { InitialEpoch = 3, Epochs = 7, Callbacks = Callbacks(), Backup = Backup("fine") });
        return fine.Outcome.Reason == StopReason.Cancelled ? null : Text(model, head.Concat(fine), compiled);

        Callback[] Callbacks() => [LearningRateSchedule.Cosine(warmup: 1), new EarlyStopping(patience: 2), stop];

        Backup? Backup(string phase) => folder is null ? null : new(Path.Combine(folder, phase), everyBatches);
    }

    /// <summary>
    /// All that the kept checkpoints of both phases hold, tensors by their hash; only how long things took is left out.
    /// </summary>
    public static string Checkpoints(string folder)
    {
        var lines = new List<string>();
        foreach (var path in Directory.GetFiles(folder, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var checkpoint = TrainingCheckpoint<JsonObject>.Read(path);
            foreach (var epoch in checkpoint.State["History"]!["Epochs"]!.AsArray())
            {
                epoch!.AsObject().Remove("Seconds");
                epoch.AsObject().Remove("SamplesPerSecond");
            }

            // A stopped run has written more files; which of them is which its place in the training says.
            lines.Add($"{Path.GetFileName(Path.GetDirectoryName(path))}: {checkpoint.State.ToJsonString()}");
            lines.AddRange(checkpoint.Tensors.OrderBy(named => named.Key, StringComparer.Ordinal)
                .Select(named => $"{named.Key} {named.Value.dtype} {TensorHash.Of(named.Value):x16}"));
        }

        return string.Join('\n', lines);
    }

    private static string Text(Mlp model, History history, CompiledModel compiled)
    {
        var weights = Toy.Weights(model)
            .Select(named =>
                $"{named.Key}: {string.Join(' ', named.Value.Select(value => $"{BitConverter.SingleToUInt32Bits(value):x8}"))}");
        var epochs = history.Records.Select(record =>
            FormattableString.Invariant($"epoch {record.Epoch} {record.Phase}: ")
            + string.Join(
                ", ",
                record.Metrics.Concat(record.LearningRates).Select(value => FormattableString.Invariant($"{value.Key} {value.Value:R}"))));
        var moments = OptimizerMoments.Save(compiled.Binding.Optimizer);
        var hashes = moments.Append(new("generator", torch.get_rng_state()))
            .Select(named => $"{named.Key} {TensorHash.Of(named.Value):x16}");
        return string.Join(
            '\n',
            [
                .. weights,
                .. hashes,
                .. epochs,
                history.Outcome.ToString(),
                FormattableString.Invariant($"steps {history.Steps}"),
                .. compiled.LearningRates.Select(group => FormattableString.Invariant($"{group.Name} {group.LearningRate:R}")),
            ]);
    }

    /// <summary>Adds noise from the random numbers that a sample is given.</summary>
    private sealed class Noisy(IDataset data) : IDataset
    {
        public int Count => data.Count;

        public Sample Read(int index, Random random)
        {
            var sample = data.Read(index, random);
            return sample with { Input = sample.Input + (random.NextDouble() - 0.5) * 0.1 };
        }
    }
}
