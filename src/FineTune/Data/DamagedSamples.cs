namespace FineTune.Data;

/// <summary>What to do about samples that cannot be read.</summary>
public enum DamagedSamples
{
    /// <summary>The first one ends the training, with an error that names it.</summary>
    Fail,

    /// <summary>Training goes on without them, and they are counted.</summary>
    Skip,
}
