using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// What a group of rules follows: which objects, what it knows of them, and how calls change that. The engine does
/// everything else: variables, branches, exceptions, calls of source methods.
/// </summary>
internal abstract class FlowDomain
{
    protected FlowDomain() => TrackedTypes = new(type => FactOf(type) is not null, []);

    /// <summary>The types that objects are followed of, and those that hold such objects.</summary>
    public TrackedTypes TrackedTypes { get; }

    /// <summary>Tells of each body whether it is worth the analysis.</summary>
    public abstract Survey Survey { get; }

    /// <summary>
    /// Whether a body can be wrong, from what it and the source methods that it calls do, and what makes the objects in its fields.
    /// </summary>
    /// <param name="own">What it does itself.</param>
    /// <param name="reach">What it does with all those; null where they are too many to tell.</param>
    public abstract bool IsRelevant(ulong own, ulong? reach);

    /// <summary>
    /// What is known of an object of this type that was there before; null for a type that is not followed.
    /// </summary>
    public abstract Fact? FactOf(ITypeSymbol type);

    /// <summary>What is left of a fact after code that we cannot see had the object in its hands.</summary>
    public abstract Fact Forget(Fact fact);

    /// <summary>
    /// What is still known of an object once the object around it is made, and methods of that may have run in an unknown order.
    /// </summary>
    /// <param name="fact">What was known of it when the constructor returned.</param>
    /// <param name="later">What the methods do, as the survey tells it.</param>
    public abstract Fact Settle(Fact fact, ulong later);

    /// <summary>What a call that this domain knows gives back; null where it does not know it.</summary>
    public virtual Value? Invoke(Call call) => null;

    /// <summary>What a construction that this domain knows gives back; null where it does not know it.</summary>
    public virtual Value? Construct(Call call) => null;

    /// <summary>What reading a member gives; null where the engine should treat it as a plain field or property.</summary>
    public virtual Value? Read(IMemberReferenceOperation operation, Value? receiver, FlowPath path) => null;

    /// <summary>Whether this domain knows what assigning the member does, and did it.</summary>
    public virtual bool Write(IMemberReferenceOperation operation, Value? receiver, Value value, FlowPath path) => false;

    /// <summary>What is known of an object of this type that was just constructed; null for a type that is not followed.</summary>
    public virtual Fact? FactOfNew(ITypeSymbol type) => FactOf(type);

    /// <summary>Whether the constants that this variable holds matter to the domain.</summary>
    public virtual bool Follows(ISymbol? variable) => false;

    /// <summary>What is known of a part when it is first looked at, from what is known of its owner.</summary>
    public virtual Fact? FactOfPart(Fact owner, ITypeSymbol type) => FactOf(type);

    /// <summary>Whether a library's property always gives the same part of its owner.</summary>
    public virtual bool IsPart(ISymbol member) => false;

    /// <summary>The one element that stands for all of a collection that the domain follows; null for any other.</summary>
    public virtual Value? ElementOf(Value collection, FlowPath path) => null;

    /// <summary>What an array or a collection expression of these elements is; null where it is of no interest.</summary>
    public virtual Value? Collect(IOperation operation, ImmutableArray<Value> elements, FlowPath path) => null;

    /// <summary>What an operator gives, be it part of an assignment or not; null where it is of no interest.</summary>
    public virtual Value? Operate(IOperation operation, ImmutableArray<Value> operands, FlowPath path) => null;

    /// <summary>Whether a call is sure to come back.</summary>
    public virtual bool NeverThrows(IMethodSymbol method, Value? receiver, FlowPath path) => false;

    /// <summary>Whether a library's method neither changes a followed object, nor keeps it, nor runs the user's code.</summary>
    public virtual bool IsHarmless(IMethodSymbol method) => false;

    /// <summary>Whether a source method does nothing that matters, from what it does with all that it calls.</summary>
    public abstract bool IsHarmless(ulong reach);

    /// <summary>The same finding as a caller sees it, who passed the subject to the method where it happens.</summary>
    public abstract Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path);
}
