namespace FineTune;

/// <summary>Where what the frozen part of a model answers to a sample is kept.</summary>
public enum FeatureStorage
{
    /// <summary>
    /// Kept where that changes no result: nothing about a sample is random, or as many views of it are asked for as are
    /// kept. In memory where it fits into <see cref="FeatureCache.MaxBytes"/>, else on disk. Where it is not kept,
    /// <see cref="FeatureCacheUse.Reason"/> says why.
    /// </summary>
    Auto,

    /// <summary>Computed anew in each epoch.</summary>
    Off,

    /// <summary>Kept in memory. Samples that are random need <see cref="FeatureCache.AugmentedViews"/>.</summary>
    Memory,

    /// <summary>Kept in files, in <see cref="FeatureCache.Folder"/> for later runs and other processes too.</summary>
    Disk,
}
