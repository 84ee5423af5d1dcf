using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What one <c>Fit</c> keeps of the frozen half's answers, from its first epoch on.</summary>
internal sealed class FeatureSession(CompiledModel compiled, FitOptions options, History history, Action<TrainingWarning> warn) : IDisposable
{
    private readonly List<(FeatureBatches Batches, FeatureViews Views)> kept = [];
    private readonly List<FeatureBatches> all = [];
    private string? obstacle;

    /// <summary>
    /// Keeps the features of both sets, if they can be kept. Called once weights and modes stand as they train; later
    /// calls do nothing.
    /// </summary>
    /// <param name="training">The training data.</param>
    /// <param name="validation">The validation data, whose random numbers are the same in each epoch.</param>
    /// <param name="epoch">The epoch that begins.</param>
    public void Open(FeatureBatches training, FeatureBatches? validation, int epoch)
    {
        if (all.Count > 0)
        {
            return;
        }

        all.Add(training);
        if (validation is not null)
        {
            all.Add(validation);
        }

        if (options.FeatureCache == FeatureCache.Off)
        {
            obstacle = "FeatureCache is Off";
            return;
        }

        if (Prefix(training.Loader, epoch) is not { } prefix)
        {
            compiled.Features.Clear();
            Refuse();
            return;
        }

        var room = new FeatureRoom(options, CannotWrite);
        Keep(training, prefix, room, Math.Max(options.AugmentedViews, 1), isFixed: false);
        if (validation is not null)
        {
            Keep(validation, prefix, room, 1, isFixed: true);
        }

        compiled.Features.Clear();
        Refuse();
    }

    public void Dispose()
    {
        if (all.Count == 0)
        {
            return;
        }

        var stores = kept.SelectMany(pair => pair.Views.Stores).ToList();
        history.FeatureCaches = [stores.Count == 0
            ? FeatureCacheUse.None(obstacle ?? "nothing could be kept")
            : new(stores[0].Store.Kind, null, stores.Sum(store => store.Store.Bytes), all.Sum(batches => batches.Computed),
                all.Sum(batches => batches.Reused), all.Sum(batches => batches.SecondsComputing))];
        foreach (var (key, store) in stores)
        {
            // Files in a folder are found again by whoever has the same key.
            if (key is null || (store.Kind == FeatureCache.Disk && options.FeatureCacheFolder is not null))
            {
                store.Dispose();
            }
            else
            {
                compiled.Features.Leave(key, store);
            }
        }
    }

    private FrozenPrefix? Prefix(BatchLoader loader, int epoch)
    {
        Batch first;
        try
        {
            first = loader.ReadFirst(2, epoch);
        }
        catch (Exception exception)
        {
            // The epoch fails in the same way if the sample is needed in it.
            obstacle = $"the first samples do not make a batch: {exception.Message}";
            return null;
        }

        using var owned = first;
        using var scope = torch.NewDisposeScope();
        if (first.Count == 0)
        {
            obstacle = "no sample can be read";
            return null;
        }

        if (loader.IsRandom && !Allows())
        {
            return null;
        }

        var (input, target) = first.Count == 2 ? (first.Input, first.Target) : (Twice(first.Input), Twice(first.Target));
        LayerTracing.Check(compiled, input);
        return FrozenPrefix.Of(compiled, input, target, out obstacle);
    }

    private static Tensor Twice(Tensor one) => torch.cat([one, one]);

    private bool Allows()
    {
        if (options.AugmentedViews > 0)
        {
            return true;
        }

        obstacle = "samples are random, and AugmentedViews does not say how many views of each to keep";
        return false;
    }

    private void Keep(FeatureBatches batches, FrozenPrefix prefix, FeatureRoom room, int count, bool isFixed)
    {
        var data = batches.Loader.Data;
        var identity = data.Identity;
        var stores = new List<(string? Key, FeatureStore Store)>();
        for (var view = 0; view < count; view++)
        {
            var random = isFixed ? "the same in each epoch" : options.AugmentedViews > 0 ? $"seed {options.Seed}, view {view}" : "none";
            var key = identity is null ? null : FeatureKey.Of(compiled, prefix, identity, random, options.HalfPrecisionOnDisk && options.FeatureCache != FeatureCache.Memory);
            var store = key is null ? null : compiled.Features.Take(key);
            if (store is not null)
            {
                room.Count(store);
            }
            else if ((store = room.Take(prefix.Layout, data.Count, key, out obstacle)) is null)
            {
                stores.ForEach(other => other.Store.Dispose());
                return;
            }

            stores.Add((key, store));
        }

        var views = new FeatureViews(prefix, [.. stores], isFixed, options.AugmentedViews > 0, Repeats, why =>
        {
            obstacle = why;
            Refuse();
        });
        if (!isFixed && stores[0].Store is FeatureDisk disk && disk.ShardRows < data.Count && disk.Bytes * count > room.Free && options.Shuffle)
        {
            ShuffleByShard(batches.Loader, disk, room.Free);
        }

        batches.Keep(views);
        kept.Add((batches, views));
    }

    private void ShuffleByShard(BatchLoader loader, FeatureDisk disk, long bytes)
    {
        var rows = bytes / disk.Layout.RowBytes / disk.ShardRows * disk.ShardRows;
        loader.ShuffleWithin(disk.ShardRows, (int)Math.Clamp(rows, disk.ShardRows, int.MaxValue));
        warn(new TrainingWarning(WarningKind.ShuffledByShard, FormattableString.Invariant(
            $"The features take {disk.Bytes} bytes on disk, more than the {bytes} bytes of memory that they may take: each epoch goes through shards of {disk.ShardRows} samples in an order of its own, and shuffles as many of them as fit.")));
    }

    private void CannotWrite(string error) => warn(new TrainingWarning(WarningKind.FeaturesNotKept,
        $"Features cannot be written to '{options.FeatureCacheFolder ?? Path.GetTempPath()}' and are computed anew from here on: {error}"));

    private void Repeats() => warn(new TrainingWarning(WarningKind.AugmentedViewsRepeat, FormattableString.Invariant(
        $"Samples are random: {options.AugmentedViews} view{(options.AugmentedViews == 1 ? "" : "s")} of each {(options.AugmentedViews == 1 ? "is" : "are")} kept and gone through in turn, epoch by epoch.")));

    // Who left the choice to us is told by the history alone.
    private void Refuse()
    {
        if (obstacle is not null && options.FeatureCache != FeatureCache.Auto)
        {
            warn(new TrainingWarning(WarningKind.FeaturesNotKept,
                $"FeatureCache is {options.FeatureCache}, but the frozen part is computed anew in each epoch: {obstacle}."));
        }
    }
}
