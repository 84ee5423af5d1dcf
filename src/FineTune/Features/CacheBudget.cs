using System.Globalization;

namespace FineTune;

/// <summary>Where features may be kept, within the bytes of memory that they may take.</summary>
internal sealed class CacheBudget(FeatureCache options, Action<string> failed)
{
    // Training data and validation data.
    private const int StoresAtATime = 2;

    private long free = options.MaxBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>The bytes of memory that nothing has taken yet.</summary>
    public long Free => free;

    /// <summary>A place for the features of a dataset; null where there is none.</summary>
    /// <param name="layout">What a sample's features consist of.</param>
    /// <param name="count">How many samples there are.</param>
    /// <param name="key">What the features follow from; null where nobody can tell.</param>
    /// <param name="obstacle">Why there is no place.</param>
    public FeatureStore? Take(FeatureLayout layout, int count, string? key, out string? obstacle)
    {
        obstacle = null;
        var bytes = layout.RowBytes * count;
        if (options.Storage != FeatureStorage.Disk && bytes <= free)
        {
            free -= bytes;
            return new FeatureMemory(layout, count);
        }

        if (options.Storage == FeatureStorage.Memory)
        {
            obstacle = FormattableString.Invariant(
                $"the features of {count} samples take {bytes} bytes, and {free} are left of FeatureCache.MaxBytes");
            return null;
        }

        var folder = options.Folder ?? Path.GetTempPath();
        if (options.Storage == FeatureStorage.Auto && FreeOnDisk(folder) is { } room && room < 2 * bytes)
        {
            obstacle = string.Create(
                CultureInfo.InvariantCulture,
                $"the features of {count} samples take {bytes} bytes, {free} are left of FeatureCache.MaxBytes and {room} on the "
                    + $"disk of '{folder}'");
            return null;
        }

        return new FeatureDisk(
            options.HalfPrecision ? layout.InHalfPrecision() : layout,
            count,
            folder,
            options.Folder is null ? null : key,
            free / StoresAtATime,
            failed);
    }

    /// <summary>Counts what a store of an earlier fit takes.</summary>
    public void Count(FeatureStore store) => free -= store.Kind == FeatureStorage.Memory ? store.Bytes : 0;

    /// <summary>Frees a store of an earlier fit.</summary>
    public void GiveBack(FeatureStore store)
    {
        free += store.Kind == FeatureStorage.Memory ? store.Bytes : 0;
        store.Dispose();
    }

    // Null where the system does not tell.
    private static long? FreeOnDisk(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
