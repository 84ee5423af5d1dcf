using FineTune.Data;

namespace FineTune;

/// <summary>The features of a dataset: one store, or for samples that are random one for each view that is kept.</summary>
internal sealed class FeatureViews
{
    private readonly Action<string> gaveUp;
    private readonly Action repeats;
    private readonly bool keepsRandom;
    private readonly bool isFixed;
    private FeatureView[] views;
    private bool isRepeating;

    /// <param name="prefix">What answers to the samples.</param>
    /// <param name="views">Where its answers are kept, view by view.</param>
    /// <param name="isFixed">Whether each epoch has the same random numbers, as in validation.</param>
    /// <param name="keepsRandom">Whether random samples may be seen again.</param>
    /// <param name="repeats">What to do once it is known that they are.</param>
    /// <param name="gaveUp">What to do where nothing can be kept after all.</param>
    public FeatureViews(
        FrozenPrefix prefix, FeatureView[] views, bool isFixed, bool keepsRandom, Action repeats, Action<string> gaveUp)
    {
        Prefix = prefix;
        this.views = views;
        this.isFixed = isFixed;
        this.keepsRandom = keepsRandom;
        this.repeats = repeats;
        this.gaveUp = gaveUp;
    }

    public FrozenPrefix Prefix { get; }

    public IReadOnlyList<FeatureView> All => views;

    /// <summary>The view of an epoch.</summary>
    public FeatureView Of(int epoch) => views[View(epoch)];

    /// <summary>The epoch that an epoch's random numbers follow from.</summary>
    public int RandomEpoch(int epoch) => isFixed || keepsRandom ? View(epoch) : epoch;

    /// <summary>Whether what was read may be kept.</summary>
    public bool Allows(BatchLoader loader, out string obstacle)
    {
        obstacle = "samples are random, and FeatureCache.AugmentedViews does not say how many views of each to keep";
        if (isFixed || !loader.IsRandom)
        {
            return true;
        }

        if (keepsRandom && !isRepeating)
        {
            isRepeating = true;
            repeats();
        }

        return keepsRandom;
    }

    /// <summary>Once all samples were seen, it is known whether there is more than one view of them.</summary>
    public void EpochEnds(int epoch, BatchLoader loader)
    {
        if (views.Length > 1 && !loader.IsRandom)
        {
            var seen = Of(epoch);
            Array.ForEach(views, view => (ReferenceEquals(view, seen) ? null : view)?.Dispose());
            views = [seen];
        }
    }

    public void GiveUp(string obstacle)
    {
        Array.ForEach(views, view => view.Dispose());
        views = [];
        gaveUp(obstacle);
    }

    private int View(int epoch) => isFixed ? 0 : epoch % views.Length;
}

/// <summary>One view's features, and earlier ones that they can be computed from.</summary>
/// <param name="Features">Where they are kept.</param>
/// <param name="Earlier">Features of the same samples from earlier in the model, if there are any.</param>
internal sealed record FeatureView(Features Features, Features? Earlier) : IDisposable
{
    public FeatureStore Store => Features.Store;

    /// <summary>Whether all of these samples can be computed from earlier features.</summary>
    public bool HasEarlier(int[] indices) => Earlier is { } earlier && Array.TrueForAll(indices, earlier.Store.Has);

    public void Dispose()
    {
        Store.Dispose();
        Earlier?.Store.Dispose();
    }
}
