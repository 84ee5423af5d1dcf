using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// What a domain knows of one object. Equal facts mean equal futures: where in the source a fact became true is a
/// witness for the message and must stay out of equality, or loops and branches would multiply states.
/// </summary>
internal abstract record Fact;

/// <summary>An object of the user's own, followed only for what its fields hold.</summary>
internal sealed record PlainObject : Fact
{
    public static readonly PlainObject Instance = new();
}

/// <summary>An array or a collection expression of followed objects, or an enumerator of one.</summary>
/// <param name="Count">How many elements there are.</param>
/// <param name="Position">How often an enumerator was moved.</param>
internal sealed record SequenceFact(int Count, int Position) : Fact;

/// <summary>An object on the heap of one path.</summary>
/// <param name="Fact">What the domain knows of it.</param>
/// <param name="Fields">What its fields and automatic properties hold. A field without a value was never touched.</param>
/// <param name="Escaped">Whether code that we cannot see may hold it too.</param>
/// <param name="Type">The static type it was first seen with.</param>
/// <param name="IsExact">Whether <paramref name="Type"/> is the type it was constructed with.</param>
internal sealed record TrackedObject(Fact Fact, SlotMap Fields, bool Escaped, ITypeSymbol? Type, bool IsExact)
{
    public bool Equals(TrackedObject? other) =>
        other is not null && Escaped == other.Escaped && IsExact == other.IsExact && Fact.Equals(other.Fact)
        && Fields.Equals(other.Fields) && SymbolEqualityComparer.Default.Equals(Type, other.Type);

    public override int GetHashCode() => (Fact.GetHashCode() * 31 + Fields.GetHashCode()) * 2 + (Escaped ? 1 : 0);
}
