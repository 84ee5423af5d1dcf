namespace FineTune;

/// <summary>The features that a model's last <c>Fit</c> left, for the next one that can use them.</summary>
internal sealed class KeptFeatures
{
    private readonly Dictionary<string, FeatureStore> stores = new(StringComparer.Ordinal);

    /// <summary>The store of a key, if it was left; it is the caller's from now on.</summary>
    public FeatureStore? Take(string key)
    {
        stores.Remove(key, out var store);
        return store;
    }

    public void Leave(string key, FeatureStore store)
    {
        if (stores.Remove(key, out var other))
        {
            other.Dispose();
        }

        stores[key] = store;
    }

    /// <summary>Gives up what nobody took.</summary>
    public void Clear()
    {
        foreach (var store in stores.Values)
        {
            store.Dispose();
        }

        stores.Clear();
    }
}
