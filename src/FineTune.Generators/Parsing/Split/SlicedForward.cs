using FineTune.Generators.Model;

namespace FineTune.Generators.Parsing.Split;

/// <summary>A forward pass that was cut in two.</summary>
/// <param name="Halves">The halves.</param>
/// <param name="FrozenToEnd">The first of them, with the cut at the end of the backbone and not inside it.</param>
internal sealed record SlicedForward(Halves Halves, EquatableArray<string> FrozenToEnd);
