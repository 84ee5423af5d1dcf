using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>A mistake on some path.</summary>
/// <param name="Rule">The rule that is broken.</param>
/// <param name="At">The operation to underline.</param>
/// <param name="Subject">The number of the object that it is about; −1 where there is none.</param>
/// <param name="Arguments">What the message names.</param>
/// <param name="Sites">The other places that matter: where it was built, where it was changed.</param>
/// <param name="Properties">What the code fix needs.</param>
internal sealed record Finding(
    DiagnosticDescriptor Rule,
    IOperation At,
    int Subject,
    ImmutableArray<string> Arguments,
    ImmutableArray<Location> Sites,
    ImmutableDictionary<string, string?> Properties)
{
    /// <summary>The entry object that <see cref="Subject"/> is, where a caller handed it in; −1 where none did.</summary>
    public int Anchor { get; init; } = -1;
}
