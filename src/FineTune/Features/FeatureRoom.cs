namespace FineTune;

/// <summary>Where features may be kept, within the bytes that they may take.</summary>
internal sealed class FeatureRoom(FitOptions options)
{
    private long free = options.FeatureCacheBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>A place for the features of a dataset; null where there is none.</summary>
    public FeatureStore? Take(FeatureLayout layout, int count, out string? obstacle)
    {
        var bytes = layout.RowBytes * count;
        if (bytes > free)
        {
            obstacle = FormattableString.Invariant($"the features of {count} samples take {bytes} bytes, and {free} are left of FeatureCacheBytes");
            return null;
        }

        obstacle = null;
        free -= bytes;
        return new FeatureMemory(layout, count);
    }

    /// <summary>Counts what a store of an earlier fit takes.</summary>
    public void Count(FeatureStore store) => free -= store.Bytes;
}
