namespace FineTune;

/// <summary>One comparison of an output with a target, of which a loss may have several.</summary>
/// <param name="Name">What it is called; null where it is the only one.</param>
/// <param name="Loss">What compares.</param>
/// <param name="Weight">How much it counts beside the others.</param>
/// <param name="Output">Which output.</param>
/// <param name="Target">Which target.</param>
internal sealed record LossTerm(string? Name, Loss Loss, double Weight, int Output, int Target)
{
    /// <summary>The name of the term's own value in the history.</summary>
    public string LossName => $"{Name}_loss";
}
