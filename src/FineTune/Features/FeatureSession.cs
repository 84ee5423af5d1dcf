using System.Globalization;
using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>What one <c>Fit</c> keeps of the frozen half's answers, from its first epoch on.</summary>
/// <param name="model">The model.</param>
/// <param name="tunable">The same.</param>
/// <param name="left">What earlier fits of it left.</param>
/// <param name="options">What may be kept, and where.</param>
/// <param name="batches">How training batches are made.</param>
/// <param name="mixing">What mixes the samples of a training batch with each other; null where nothing does.</param>
/// <param name="used">Is told at the end what was kept, and what that saved.</param>
/// <param name="warn">Is told of what cannot be kept.</param>
internal sealed class FeatureSession(
    Module model,
    IFineTunable tunable,
    KeptFeatures left,
    FeatureCache options,
    BatchOptions batches,
    string? mixing,
    Action<FeatureCacheUse> used,
    Action<TrainingWarning> warn) : IDisposable
{
    private readonly List<(FeatureBatches Batches, FeatureViews Views)> kept = [];
    private readonly List<FeatureBatches> all = [];

    // Features come up on a thread of their own; callbacks are told on the one that trains.
    private readonly Queue<TrainingWarning> warnings = new();

    // Nothing changes while the session opens, and several keys follow from the same weights.
    private readonly TensorHashes hashes = new();
    private string? obstacle;
    private bool isOdd;
    private IDisposable? cuts;

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

        using var first = First(training.Loader, epoch);
        if (first is not null)
        {
            LookForState(first);
        }

        if (options.Storage == FeatureStorage.Off)
        {
            obstacle = "FeatureCache.Storage is Off";
            return;
        }

        if (mixing is not null)
        {
            obstacle = $"{mixing} mixes the samples of a batch before the frozen part sees them";
        }

        if (mixing is not null || first is null || isOdd || Prefix(first, training.Loader) is not { } prefix)
        {
            left.Clear();
            Refuse();
            PassOnWarnings();
            return;
        }

        cuts = tunable.Layers.HoldCuts();
        var room = new CacheBudget(options, CannotWrite);
        Keep(training, prefix, room, Math.Max(options.AugmentedViews, 1), isFixed: false);
        if (validation is not null)
        {
            Keep(validation, prefix, room, 1, isFixed: true);
        }

        hashes.Forget();
        left.Clear();
        Refuse();
        PassOnWarnings();
    }

    /// <summary>Warns of what came up since the last call.</summary>
    public void PassOnWarnings()
    {
        while (warnings.TryDequeue(out var warning))
        {
            warn(warning);
        }
    }

    public void Dispose()
    {
        if (all.Count == 0)
        {
            return;
        }

        cuts?.Dispose();
        var views = kept.SelectMany(pair => pair.Views.All).ToList();
        used(
            views.Count == 0
                ? FeatureCacheUse.None(obstacle ?? "nothing could be kept")
                : new(
                    views[0].Store.Kind,
                    null,
                    views.Sum(view => view.Store.Bytes),
                    all.Sum(data => data.Computed),
                    all.Sum(data => data.Reused),
                    all.Sum(data => data.SecondsComputing)));
        foreach (var view in views)
        {
            // Files in a folder are found again by whoever has the same key.
            if (view.Features.Key is null || (view.Store.Kind == FeatureStorage.Disk && options.Folder is not null))
            {
                view.Dispose();
            }
            else
            {
                view.Earlier?.Store.Dispose();
                left.Leave(view.Features);
            }
        }

        PassOnWarnings();
    }

    private Batch? First(BatchLoader loader, int epoch)
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

        if (first.Count > 0)
        {
            return first;
        }

        obstacle = "no sample can be read";
        first.Dispose();
        return null;
    }

    // Without the cache too: what keeps state is then shown the same, and trains to the same.
    private void LookForState(Batch first)
    {
        LayerTracing.Check(model, tunable, first.Inputs);
        string? changing;
        try
        {
            changing = FrozenPrefix.FirstChanging(model, first.Inputs);
        }
        catch (Exception)
        {
            // Training fails in the same way, and says where.
            return;
        }

        if (changing is not null)
        {
            isOdd = true;
            obstacle = $"{changing} answers differently to the same input, as it keeps state between its calls or draws random numbers";
        }
    }

    private FrozenPrefix? Prefix(Batch first, BatchLoader loader)
    {
        using var scope = torch.NewDisposeScope();
        if (loader.IsRandom && !Allows())
        {
            return null;
        }

        var (inputs, targets) = first.Count > 1 ? (first.Inputs, first.Targets) : (first.Inputs.Select(Twice), first.Targets.Select(Twice));
        return FrozenPrefix.Of(model, tunable, inputs, targets, options.AllowChannelsLast, out obstacle);
    }

    private static Tensor Twice(Tensor one) => torch.cat([one, one]);

    private bool Allows()
    {
        if (options.AugmentedViews > 0)
        {
            return true;
        }

        obstacle = "samples are random, and FeatureCache.AugmentedViews does not say how many views of each to keep";
        return false;
    }

    private void Keep(FeatureBatches data, FrozenPrefix prefix, CacheBudget room, int count, bool isFixed)
    {
        var samples = data.Loader.Data;
        var identity = samples.Identity;
        var views = new List<FeatureView>();
        for (var number = 0; number < count; number++)
        {
            var random =
                isFixed ? "the same in each epoch"
                : options.AugmentedViews > 0 ? $"seed {batches.Seed}, view {number}"
                : "none";
            if (View(prefix, room, samples, identity, random) is not { } view)
            {
                views.ForEach(other => other.Dispose());
                return;
            }

            views.Add(view);
        }

        if (!isFixed
            && views[0].Store is FeatureDisk disk
            && disk.ShardRows < samples.Count
            && disk.Bytes * count > room.Free
            && batches.Shuffle)
        {
            ShuffleInParts(data.Loader, disk, room.Free);
        }

        var keeping = new FeatureViews(prefix, [.. views], isFixed, options.AugmentedViews > 0, Repeats, why =>
        {
            obstacle = why;
            Refuse();
        });
        data.Keep(keeping);
        kept.Add((data, keeping));
    }

    private FeatureView? View(FrozenPrefix prefix, CacheBudget room, IDataset data, string? identity, string random)
    {
        var isRounded = options.HalfPrecision && options.Storage != FeatureStorage.Memory;
        var key = identity is null ? null : FeatureKey.Of(model, prefix, identity, random, isRounded, hashes);
        var dataKey = identity is null ? null : $"{identity} {random} {isRounded} {prefix.IsFast}";
        if (key is not null && left.Take(key) is { } found)
        {
            room.Count(found.Store);
            return new FeatureView(found, null);
        }

        var earlier = dataKey is not null && prefix.Cuts is { } newCuts
            ? left.TakeEarlier(dataKey, newCuts, before => FeatureKey.StateBefore(model, tunable, before, hashes))
            : null;
        if (earlier is not null)
        {
            room.Count(earlier.Store);
        }

        var store = room.Take(prefix.Layout, data.Count, key, out obstacle);
        if (earlier is not null && store?.Kind != FeatureStorage.Memory && earlier.Store.Kind == FeatureStorage.Memory)
        {
            // New features in memory are worth more than old ones to compute them from.
            room.GiveBack(earlier.Store);
            store?.Dispose();
            earlier = null;
            store = room.Take(prefix.Layout, data.Count, key, out obstacle);
        }

        return store is null
            ? null
            : new FeatureView(
                new Features(
                    key,
                    store,
                    dataKey,
                    prefix.Cuts,
                    prefix.Cuts is { } cutsNow ? FeatureKey.StateBefore(model, tunable, cutsNow, hashes) : ""),
                earlier);
    }

    private void ShuffleInParts(BatchLoader loader, FeatureDisk disk, long bytes)
    {
        var (part, together) = disk.Parts(bytes, batches.BatchSize);
        loader.ShuffleWithin(part, together);
        warnings.Enqueue(
            new TrainingWarning(
                WarningKind.ShuffledByShard,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The features take {disk.Bytes} bytes on disk, more than the {bytes} bytes of memory that they may take: each "
                        + $"epoch goes through parts of {part} consecutive samples in an order of its own, and shuffles as many of them "
                        + $"as fit.")));
    }

    private void CannotWrite(string error) =>
        warnings.Enqueue(
            new TrainingWarning(
                WarningKind.FeaturesNotKept,
                $"Features cannot be written to '{options.Folder ?? Path.GetTempPath()}' and are computed anew from "
                    + $"here on: {error}"));

    private void Repeats() =>
        warnings.Enqueue(
            new TrainingWarning(
                WarningKind.AugmentedViewsRepeat,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Samples are random: {options.AugmentedViews} "
                        + $"view{(options.AugmentedViews == 1 ? "" : "s")} of each "
                        + $"{(options.AugmentedViews == 1 ? "is" : "are")} kept and gone through in turn, epoch by epoch.")));

    // Who left the choice to us is told by the history alone, but for what hardly anybody means.
    private void Refuse()
    {
        if (obstacle is not null && (isOdd || options.Storage != FeatureStorage.Auto))
        {
            warnings.Enqueue(
                new TrainingWarning(
                    WarningKind.FeaturesNotKept,
                    $"FeatureCache.Storage is {options.Storage}, but the frozen part is computed anew in each epoch: "
                        + $"{obstacle}."));
        }
    }
}
