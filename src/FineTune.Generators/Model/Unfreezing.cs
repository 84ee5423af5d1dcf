namespace FineTune.Generators.Model;

/// <summary>What <c>[UnfreezeLast]</c> says.</summary>
/// <param name="Count">How many layers become trainable.</param>
/// <param name="Unit">The name of the <c>LayerUnit</c> that counts as one.</param>
internal sealed record Unfreezing(int Count, string Unit);
