namespace FineTune.Data;

/// <summary>A dataset that says what it does to its samples at random.</summary>
internal interface IAugmented
{
    /// <summary>In words; null for nothing.</summary>
    string? Augmentation { get; }
}
