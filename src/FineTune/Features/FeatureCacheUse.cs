using System.Globalization;

namespace FineTune;

/// <summary>What a <c>Fit</c> kept of the frozen part's answers, and what that saved.</summary>
/// <param name="Kind">Where they were kept; <see cref="FeatureStorage.Off"/> where they were not.</param>
/// <param name="Reason">Why they were not kept; null where they were.</param>
/// <param name="Bytes">The room that they take.</param>
/// <param name="Computed">Samples, of training and of validation, that went through the frozen part.</param>
/// <param name="Reused">Samples that did not have to.</param>
/// <param name="SecondsComputing">What reading and computing those that did took.</param>
public sealed record FeatureCacheUse(FeatureStorage Kind, string? Reason, long Bytes, long Computed, long Reused, double SecondsComputing)
{
    /// <summary>What the others would have taken at the same pace; 0 where none was computed to tell the pace.</summary>
    public double SecondsSaved => Computed == 0 ? 0 : Reused * SecondsComputing / Computed;

    /// <summary>The same in one sentence.</summary>
    public override string ToString() =>
        Kind == FeatureStorage.Off
            ? $"The frozen part was computed anew for each sample in each epoch: {Reason}."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The frozen part was computed for {Computed} samples in {SecondsComputing:F1} s and {Reused} times taken from "
                    + $"{Bytes / 1048576.0:F1} MiB {(Kind == FeatureStorage.Memory ? "in memory" : "on disk")}, which saved "
                    + $"{SecondsSaved:F1} s.");

    internal static FeatureCacheUse None(string reason) => new(FeatureStorage.Off, reason, 0, 0, 0, 0);
}
