namespace FineTune;

/// <summary>
/// Unfreezes the backbone block by block from the head down, as ULMFiT does (Howard and Ruder, 2018): the generated
/// <c>UnfreezingSchedule</c> lists the phases and how long each lasts, and <c>model.FineTune(…)</c> goes through it.
/// </summary>
/// <param name="epochsPerBlock">How many epochs pass before the next block, at least 1.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GradualUnfreezeAttribute(int epochsPerBlock) : Attribute
{
    /// <summary>How many epochs pass before the next block.</summary>
    public int EpochsPerBlock { get; } = epochsPerBlock;
}
