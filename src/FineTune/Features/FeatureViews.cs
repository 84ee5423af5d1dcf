using FineTune.Data;

namespace FineTune;

/// <summary>The features of a dataset: one store, or for samples that are random one for each view that is kept.</summary>
internal sealed class FeatureViews
{
    private readonly Action<string> gaveUp;
    private readonly Action repeats;
    private readonly bool keepsRandom;
    private readonly bool isFixed;
    private (string? Key, FeatureStore Store)[] stores;
    private bool isRepeating;

    /// <param name="prefix">What answers to the samples.</param>
    /// <param name="stores">Where its answers are kept, view by view; those without a key are for one fit only.</param>
    /// <param name="isFixed">Whether each epoch has the same random numbers, as in validation.</param>
    /// <param name="keepsRandom">Whether random samples may be seen again.</param>
    /// <param name="repeats">What to do once it is known that they are.</param>
    /// <param name="gaveUp">What to do where nothing can be kept after all.</param>
    public FeatureViews(
        FrozenPrefix prefix, (string? Key, FeatureStore Store)[] stores, bool isFixed, bool keepsRandom, Action repeats, Action<string> gaveUp)
    {
        Prefix = prefix;
        this.stores = stores;
        this.isFixed = isFixed;
        this.keepsRandom = keepsRandom;
        this.repeats = repeats;
        this.gaveUp = gaveUp;
    }

    public FrozenPrefix Prefix { get; }

    public IReadOnlyList<(string? Key, FeatureStore Store)> Stores => stores;

    /// <summary>The store of an epoch.</summary>
    public FeatureStore Of(int epoch) => stores[View(epoch)].Store;

    /// <summary>The epoch that an epoch's random numbers follow from.</summary>
    public int RandomEpoch(int epoch) => isFixed || keepsRandom ? View(epoch) : epoch;

    /// <summary>Whether what was read may be kept.</summary>
    public bool Allows(BatchLoader loader, out string obstacle)
    {
        obstacle = "samples are random, and AugmentedViews does not say how many views of each to keep";
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
        if (stores.Length > 1 && !loader.IsRandom)
        {
            var view = View(epoch);
            foreach (var other in stores.Where((_, i) => i != view))
            {
                other.Store.Dispose();
            }

            stores = [stores[view]];
        }
    }

    public void GiveUp(string obstacle)
    {
        foreach (var (_, store) in stores)
        {
            store.Dispose();
        }

        stores = [];
        gaveUp(obstacle);
    }

    private int View(int epoch) => isFixed ? 0 : epoch % stores.Length;
}
