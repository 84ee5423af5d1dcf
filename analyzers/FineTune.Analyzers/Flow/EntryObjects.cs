using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>Objects that were there before the analysed code ran: arguments, and what fields hold.</summary>
internal sealed class EntryObjects(Engine engine, FlowPath path)
{
    /// <summary>An object of <paramref name="type"/> of which nothing is known yet; null for a type that is not followed.</summary>
    public Reference? Existing(ITypeSymbol? type, bool escaped)
    {
        if (type is null)
        {
            return null;
        }

        if (engine.Domain.FactOf(type) is { } fact)
        {
            return path.New(fact, type, type.IsSealed, escaped);
        }

        return HoldsTracked(type) ? path.New(PlainObject.Instance, type, type.IsSealed, escaped) : null;
    }

    /// <summary>What a field or automatic property of a followed object holds.</summary>
    public Value ReadField(Reference owner, ISymbol member, ITypeSymbol type)
    {
        var slot = engine.Slots.Of(member);
        var value = path[owner].Fields.Find(slot);
        if (value is not null)
        {
            return value;
        }

        var fact = engine.Domain.FactOfPart(path[owner].Fact, type);
        var existing = fact is null ? Existing(type, path[owner].Escaped) : path.New(fact, type, type.IsSealed, path[owner].Escaped);
        if (existing is null)
        {
            return Value.Unknown;
        }

        path.WriteField(owner, slot, existing);
        return existing;
    }

    /// <summary>Whether this is a class of the user's own with a field or property of a followed type.</summary>
    public bool HoldsTracked(ITypeSymbol type) => engine.Domain.TrackedTypes.HoldsOne(type);
}
