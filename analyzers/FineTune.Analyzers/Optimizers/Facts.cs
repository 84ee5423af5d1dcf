using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Optimizers;

/// <summary>What <c>requires_grad</c> of parameters is.</summary>
internal enum Grad
{
    /// <summary>Nobody can tell.</summary>
    Unknown,

    /// <summary>Whatever it was when the method was entered: on, unless somebody froze it before.</summary>
    AtEntry,
    On,
    Off,
}

/// <summary>A module, or a single parameter.</summary>
/// <param name="Grad">What <c>requires_grad</c> is, of every parameter but those of parts with a fact of their own.</param>
/// <param name="Changed">Where that was set, on some path.</param>
/// <param name="Note">What one rule knows of it besides; null for nothing.</param>
/// <param name="MayHaveChanged">
/// Whether <paramref name="Grad"/> is what it was when an optimizer was built over it, and code that runs in an unknown order may
/// have changed it since.
/// </param>
internal sealed record GradFact(Grad Grad, Location? Changed, Note? Note = null, bool MayHaveChanged = false) : Fact
{
    public bool Equals(GradFact? other) =>
        other is not null && Grad == other.Grad && MayHaveChanged == other.MayHaveChanged && Equals(Note, other.Note);

    public override int GetHashCode() => ((Note?.GetHashCode() ?? 0) * 31 + (int)Grad) * 2 + (MayHaveChanged ? 1 : 0);
}

/// <summary>A sequence of parameters, of modules that it links to.</summary>
/// <param name="IsNamed">Whether its elements are pairs of name and parameter.</param>
/// <param name="IsFiltered">Whether it holds only what required a gradient.</param>
/// <param name="Position">Of an enumerator: 0 before the one element that stands for all, 1 at it.</param>
/// <param name="IsPartial">Whether it leaves out some of them, nobody can tell which.</param>
internal sealed record ParametersFact(bool IsNamed, bool IsFiltered, int Position, bool IsPartial = false) : Fact;

/// <summary>An optimizer over parameters that it links to.</summary>
/// <param name="Bound">What of them required a gradient when it was built; null where that is unknown.</param>
/// <param name="IsFiltered">Whether it was given only what required a gradient.</param>
/// <param name="Built">Where.</param>
/// <param name="Note">What one rule knows of it besides; null for nothing.</param>
internal sealed record OptimizerFact(string? Bound, bool IsFiltered, Location? Built, Note? Note = null) : Fact
{
    public bool Equals(OptimizerFact? other) =>
        other is not null && Bound == other.Bound && IsFiltered == other.IsFiltered && Equals(Note, other.Note);

    public override int GetHashCode() => ((Bound?.GetHashCode() ?? 0) * 31 + (Note?.GetHashCode() ?? 0)) * 2 + (IsFiltered ? 1 : 0);
}

/// <summary>What a rule knows of a module or an optimizer. Witnesses of where stay out of equality, as in every fact.</summary>
internal abstract record Note;
