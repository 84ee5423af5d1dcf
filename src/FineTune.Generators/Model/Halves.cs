namespace FineTune.Generators.Model;

/// <summary>The two halves of a forward pass.</summary>
/// <param name="Frozen">The statements that depend on the input and on frozen parts only.</param>
/// <param name="Cut">The expressions, in terms of the first half, that the second starts from.</param>
/// <param name="Trainable">The statements of the second half, which find them in <c>cut</c>.</param>
internal sealed record Halves(EquatableArray<string> Frozen, EquatableArray<string> Cut, EquatableArray<string> Trainable);
