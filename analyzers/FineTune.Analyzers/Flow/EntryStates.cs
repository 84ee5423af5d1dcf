using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The states in which a method that anyone may call begins: what it is called with, and what fields hold since their object, or their
/// class, was made. Of that counts only what no method can have changed since, for nobody knows which have run.
/// </summary>
internal sealed class EntryStates(Engine engine, ControlFlowGraph graph, IMethodSymbol method)
{
    private const int MostStates = 8,
        MostConstructors = 4;

    private readonly INamedTypeSymbol type = method.ContainingType;

    public IReadOnlyCollection<State> All()
    {
        if (method.MethodKind is MethodKind.Constructor or MethodKind.StaticConstructor
            || !engine.Domain.TrackedTypes.MayHoldOne(type)
            || type.InstanceConstructors.Length > MostConstructors)
        {
            return [Bare()];
        }

        var states = new HashSet<State>();
        foreach (var path in engine.Paths(State.Empty, observesExceptions: false).TakeWhile(_ => states.Count <= MostStates))
        {
            Make(path);
            if (!path.Ended)
            {
                Settle(path);
                BindParameters(path);
                states.Add(path.State);
            }
        }

        // What makes the objects may be too much to follow where the method itself is not.
        var isTooMuch = engine.GaveUp || states.Count > MostStates;
        if (engine.GaveUp)
        {
            engine.StartOver();
        }

        return isTooMuch ? [Bare()] : states;
    }

    /// <summary>The state in which nothing is known of what fields hold.</summary>
    private State Bare()
    {
        var path = new FlowPath(State.Empty, [], engine.Slots);
        if (!method.IsStatic && engine.Domain.TrackedTypes.MayKeepOne(type))
        {
            BindThis(path);
        }

        BindParameters(path);
        return path.State;
    }

    private Reference BindThis(FlowPath path)
    {
        var made = new EntryObjects(engine, path).Existing(type, escaped: false) ?? path.New(PlainObject.Instance, type, type.IsSealed);
        path.Bind(engine.Slots.This, made);
        return made;
    }

    private void BindParameters(FlowPath path)
    {
        var entryObjects = new EntryObjects(engine, path);
        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.Out && entryObjects.Existing(parameter.Type, escaped: false) is { } argument)
            {
                path.Bind(engine.Slots.Of(parameter), argument);
            }
        }
    }

    /// <summary>Readies the class, and makes an object by one of its constructors.</summary>
    private void Make(FlowPath path)
    {
        var evaluator = new Evaluator(engine, path, graph);
        foreach (var constructor in type.StaticConstructors)
        {
            evaluator.Make(null, constructor, [], graph.OriginalOperation);
        }

        if (method.IsStatic)
        {
            return;
        }

        var made = BindThis(path);
        var constructors = type.InstanceConstructors;
        if (constructors.IsEmpty || path.Ended)
        {
            return;
        }

        var chosen = constructors[path.Choose(constructors.Length)];
        var entryObjects = new EntryObjects(engine, path);
        var arguments = ImmutableArray.CreateRange(
            chosen.Parameters,
            parameter => entryObjects.Existing(parameter.Type, escaped: false) ?? Value.Unknown);
        evaluator.Make(made, chosen, arguments, graph.OriginalOperation);
    }

    private void Settle(FlowPath path)
    {
        var later = engine.Domain.Survey.LaterIn(type, engine.Cancellation);
        for (var id = 0; id < path.Heap.Count; id++)
        {
            var owner = new Reference(id);
            foreach (var field in path[owner].Fields)
            {
                if (!IsSettled(path, owner, field.Key, field.Value))
                {
                    path[owner] = path[owner] with { Fields = path[owner].Fields.Without(field.Key) };
                }
            }

            path.Update(owner, engine.Domain.Settle(path[owner].Fact, later));
        }

        foreach (var variable in path.Variables)
        {
            if (variable.Key != engine.Slots.This && !engine.Slots.IsSingleValued(variable.Key))
            {
                path.Drop(variable.Key);
            }
        }
    }

    /// <summary>
    /// Whether a field holds this for good: no member that is assigned again does, but what a followed object is made of is taken to
    /// stay, as long as no replacement is in sight.
    /// </summary>
    private bool IsSettled(FlowPath path, Reference owner, int field, Value value) =>
        engine.Slots.SymbolOf(field) is null
        || engine.Slots.IsSingleValued(field)
        || (value is Reference part && path[owner].Fact is not PlainObject && path[part].Fact.GetType() == path[owner].Fact.GetType());
}
