namespace FineTune;

/// <summary>
/// How what the frozen part of a model answers to a sample, validation data included, is kept, so that it is computed once and later
/// epochs run through the rest of the model alone. Losses and weights are the same up to rounding: about 1e-6 of a loss a step.
/// </summary>
/// <example>
/// <code>
/// compiled.Fit(train, new() { Epochs = 10, FeatureCache = new() { Storage = FeatureStorage.Disk, Folder = "features" } });
/// </code>
/// </example>
public sealed record FeatureCache
{
    /// <summary>Where it is kept; by default wherever that changes no result.</summary>
    public FeatureStorage Storage { get; init; }

    /// <summary>The most bytes of memory that it may take; null for a quarter of what there is.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// Where features on disk are kept, for later runs and for other processes; null for files that are gone when they are
    /// not needed any more.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Whether features on disk are rounded to half precision, which halves their room and changes results in the third digit.
    /// </summary>
    public bool HalfPrecision { get; init; }

    /// <summary>
    /// Whether features may be computed with the channels of a pixel side by side in memory (channels last) where that is faster, which
    /// the first batches decide: results then agree with those without the cache to 1e-5.
    /// </summary>
    public bool AllowChannelsLast { get; init; }

    /// <summary>
    /// With samples that are random, how many views of each are kept: epoch e trains on view e modulo this number. 0 for
    /// a new view in each epoch, which leaves nothing to keep.
    /// </summary>
    public int AugmentedViews { get; init; }
}
