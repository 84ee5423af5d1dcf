namespace FineTune;

/// <summary>Whether what the frozen part of a model answers to a sample is kept, so that it is computed once only.</summary>
public enum FeatureCache
{
    /// <summary>
    /// Kept where that changes no result: nothing about a sample is random, or as many views of it are asked for as are
    /// kept. In memory where it fits into <see cref="FitOptions.FeatureCacheBytes"/>, else on disk. Where it is not kept,
    /// <see cref="FeatureCacheUse.Reason"/> says why.
    /// </summary>
    Auto,

    /// <summary>Computed anew in each epoch.</summary>
    Off,

    /// <summary>Kept in memory. Samples that are random need <see cref="FitOptions.AugmentedViews"/>.</summary>
    Memory,

    /// <summary>Kept in files, in <see cref="FitOptions.FeatureCacheFolder"/> for later runs and other processes too.</summary>
    Disk,
}
