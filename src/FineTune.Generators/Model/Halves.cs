namespace FineTune.Generators.Model;

/// <summary>The two halves of a forward pass.</summary>
/// <param name="Frozen">The statements that depend on the input and on frozen parts only.</param>
/// <param name="Cut">The variables of the first half that the second starts from, by the same names.</param>
/// <param name="IsScoped">Whether they have to be moved out of a dispose scope that the first half opens.</param>
/// <param name="Trainable">The statements of the second half; none where it is the whole of <c>forward</c>, called with the cut.</param>
internal sealed record Halves(EquatableArray<string> Frozen, EquatableArray<string> Cut, bool IsScoped, EquatableArray<string> Trainable);
