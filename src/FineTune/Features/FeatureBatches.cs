using System.Diagnostics;
using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// The batches of a dataset: from its samples, or where their features are kept, from these. They are the same batches
/// in the same order.
/// </summary>
internal sealed class FeatureBatches(BatchLoader loader)
{
    private readonly Stopwatch computing = new();
    private FeatureViews? views;

    /// <summary>What the samples are read with.</summary>
    public BatchLoader Loader => loader;

    /// <summary>Samples that went through the frozen half.</summary>
    public long Computed { get; private set; }

    /// <summary>Samples that did not have to.</summary>
    public long Reused { get; private set; }

    /// <summary>What reading and computing took.</summary>
    public double SecondsComputing => computing.Elapsed.TotalSeconds;

    /// <summary>Keeps features from now on.</summary>
    /// <param name="views">Where.</param>
    public void Keep(FeatureViews views) => this.views = views;

    /// <summary>
    /// The batches of an epoch, as <see cref="BatchLoader.Epoch"/> has them, but in their places: one is empty where each of its samples
    /// was skipped.
    /// </summary>
    public IEnumerable<ModelBatch> Epoch(int epoch, int firstBatch = 0)
    {
        var plan = loader.Plan(epoch, firstBatch);
        var any = firstBatch > 0;
        foreach (var batch in views is { } kept ? Features(kept, plan, epoch) : Read(plan, epoch))
        {
            any |= batch.Count > 0;
            yield return batch;
        }

        if (!any)
        {
            throw loader.NothingReadable();
        }
    }

    private IEnumerable<ModelBatch> Read(int[][] plan, int epoch) => loader.Read(plan, epoch).Select(batch => new ModelBatch(batch));

    private IEnumerable<ModelBatch> Features(FeatureViews kept, int[][] plan, int epoch)
    {
        var view = kept.Of(epoch);
        view.Store.Refresh();
        var isKept = Array.ConvertAll(
            plan,
            indices => Array.TrueForAll(indices, index => view.Store.Has(index) || loader.IsSkipped(index)));
        var unknown = plan.Where((indices, position) => !isKept[position] && !view.HasEarlier(indices)).ToArray();
        var done = 0;
        using (var read = loader.Read(unknown, kept.RandomEpoch(epoch)).GetEnumerator())
        {
            for (; done < plan.Length && views is not null; done++)
            {
                var indices = plan[done];
                var isEarlier = !isKept[done] && view.HasEarlier(indices);
                var batch = isKept[done] ? Kept(view.Store, indices) : isEarlier ? Extend(kept, view, indices) : null;
                Reused += isKept[done] && batch is not null ? batch.Count : 0;
                yield return batch
                    ?? Compute(
                        kept,
                        view.Store,
                        isKept[done] || isEarlier ? loader.Read([indices], kept.RandomEpoch(epoch)).Single() : Next(read));
            }
        }

        if (done == loader.BatchCount)
        {
            kept.EpochEnds(epoch, loader);
        }

        foreach (var batch in Read(plan[done..], epoch))
        {
            yield return batch;
        }
    }

    private Batch Next(IEnumerator<Batch> read)
    {
        computing.Start();
        read.MoveNext();
        computing.Stop();
        return read.Current;
    }

    private ModelBatch? Kept(FeatureStore store, int[] indices)
    {
        using var scope = torch.NewDisposeScope();
        var readable = loader.WithoutSkipped(indices);
        foreach (var index in readable)
        {
            if (!store.Has(index))
            {
                return null;
            }
        }

        if (store.Take(readable) is not { } rows)
        {
            return null;
        }

        var (cut, targets) = store.Layout.Whole(rows);
        return new ModelBatch(readable, null, Detached(cut), targets.Detached());
    }

    private ModelBatch? Extend(FeatureViews kept, FeatureView view, int[] indices)
    {
        computing.Start();
        using var scope = torch.NewDisposeScope();
        var earlier = view.Earlier!;
        ModelBatch? batch = null;
        if (earlier.Store.Take(indices) is { } rows)
        {
            var (before, targets) = earlier.Store.Layout.Whole(rows);
            var cut = kept.Prefix.Run(earlier.Cuts!, before);
            view.Store.Put(indices, view.Store.Layout.Rows(cut, targets));
            batch = new ModelBatch(indices, null, Detached(cut), targets.Detached());
            Computed += indices.Length;
        }

        computing.Stop();
        return batch;
    }

    private ModelBatch Compute(FeatureViews kept, FeatureStore store, Batch batch)
    {
        if (batch.Count == 0)
        {
            return new ModelBatch(batch);
        }

        if (!kept.Allows(loader, out var obstacle))
        {
            GiveUp(kept, obstacle);
            return new ModelBatch(batch);
        }

        computing.Start();
        using var scope = torch.NewDisposeScope();
        var cut = kept.Prefix.Run(batch.Inputs);
        if (!kept.Prefix.Layout.Fits(cut, batch.Targets, batch.Count))
        {
            GiveUp(kept, "samples differ in the shape of their features");
            computing.Stop();
            return new ModelBatch(batch);
        }

        store.Put(batch.Indices, store.Layout.Rows(cut, batch.Targets));
        computing.Stop();
        Computed += batch.Count;
        return new ModelBatch(batch.Indices, batch.Inputs, Detached(cut), batch.Targets);
    }

    private static Tensor[] Detached(Tensor[] tensors) => Array.ConvertAll(tensors, static tensor => tensor.DetachFromDisposeScope());

    private void GiveUp(FeatureViews kept, string obstacle)
    {
        views = null;
        kept.GiveUp(obstacle);
    }
}
