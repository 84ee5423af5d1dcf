using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>An annotated model.</summary>
/// <param name="Now">What of it trains.</param>
/// <param name="Changed">Where that was last changed, on some path.</param>
internal sealed record ModelFact(Trainability Now, Location? Changed) : Fact
{
    public bool Equals(ModelFact? other) => other is not null && Now.Equals(other.Now);

    public override int GetHashCode() => Now.GetHashCode();
}

/// <summary>A part of a model: a module of it, a parameter, or all parameters of one of these. The model is a field of it.</summary>
/// <param name="Role">Which part.</param>
/// <param name="IsWhole">Whether it is all that there is of the role.</param>
/// <param name="Name">How to tell it from other parts.</param>
internal sealed record PartFact(PartRole Role, bool IsWhole, string Name) : Fact;

/// <summary>Whether a part belongs to what is frozen and unfrozen.</summary>
internal enum PartRole
{
    /// <summary>The model itself.</summary>
    Model,
    Backbone,
    Head,

    /// <summary>Neither, or nobody can tell.</summary>
    Other,
}

/// <summary>A compiled model. Its model is a field of it.</summary>
/// <param name="Bound">What trained when it was compiled: fixed for good.</param>
/// <param name="Compiled">Where it was compiled; null where that was before the method was entered.</param>
internal sealed record CompiledFact(Trainability Bound, Location? Compiled) : Fact
{
    public bool Equals(CompiledFact? other) => other is not null && Bound.Equals(other.Bound);

    public override int GetHashCode() => Bound.GetHashCode();
}
