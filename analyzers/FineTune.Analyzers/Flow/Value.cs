using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>What a variable holds on one path. Nothing is known of a variable that has no value.</summary>
internal abstract record Value
{
    public static readonly Value Unknown = new UnknownValue();
    public static readonly Value Null = new Constant(null);
    public static readonly Value True = new Constant(true);
    public static readonly Value False = new Constant(false);

    public static Value Of(bool value) => value ? True : False;

    public bool? AsBool => (this as Constant)?.Content as bool?;

    /// <summary>The same value where the objects have other numbers.</summary>
    public virtual Value Renumber(Numbering numbering) => this;
}

internal sealed record UnknownValue : Value;

/// <summary>A variable that code we cannot see may assign at any time: nothing is ever known of it again.</summary>
internal sealed record LeakedVariable : Value
{
    public static readonly LeakedVariable Instance = new();
}

/// <summary>A literal, or any immutable thing that a domain wants to follow.</summary>
internal sealed record Constant(object? Content) : Value;

/// <summary>A tracked object, by its number in the heap of the path.</summary>
internal sealed record Reference(int Id) : Value
{
    private static readonly Reference[] First = [.. Enumerable.Range(0, 32).Select(id => new Reference(id))];

    /// <summary>The object with a number; most paths have few objects, and states are numbered anew all the time.</summary>
    public static Reference To(int id) => id < First.Length ? First[id] : new(id);

    // The most frequent value by far, which every state compares: what a record writes would ask for its type each time.
    public bool Equals(Reference? other) => other is not null && Id == other.Id;

    public override int GetHashCode() => Id + 1;

    public override Value Renumber(Numbering numbering) => numbering.Of(Id) is var number && number == Id ? this : To(number);
}

/// <summary>Another name for a variable: what a <c>ref</c> local holds.</summary>
internal sealed record VariableAlias(int Slot) : Value;

internal sealed record TupleValue(ImmutableArray<Value> Elements) : Value
{
    /// <summary>How many values there are in it, those of tuples in it counted one by one.</summary>
    public int Size { get; } = Elements.Sum(static element => element is TupleValue inner ? inner.Size : 1);

    public override Value Renumber(Numbering numbering) =>
        new TupleValue(ImmutableArray.CreateRange(Elements, static (element, numbering) => element.Renumber(numbering), numbering));

    public bool Equals(TupleValue? other) => other is not null && Elements.SequenceEqual(other.Elements);

    public override int GetHashCode() => Elements.Aggregate(17, (hash, element) => hash * 31 + element.GetHashCode());
}

/// <summary>A lambda, or a method made into a delegate together with its receiver.</summary>
internal sealed record FunctionValue(IOperation? Lambda, IMethodSymbol Method, ControlFlowGraph Owner, Value? Receiver) : Value
{
    public override Value Renumber(Numbering numbering) => Receiver is null ? this : this with { Receiver = Receiver.Renumber(numbering) };
}
