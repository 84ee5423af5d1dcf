namespace FineTune;

/// <summary>What an unfrozen normalization layer with running statistics does during training.</summary>
public enum BatchNormMode
{
    /// <summary>It normalizes with its stored statistics and never updates them; its scale and shift still train.</summary>
    Inference,

    /// <summary>It normalizes with the statistics of the batch and updates the stored ones.</summary>
    Train,
}
