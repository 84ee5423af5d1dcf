using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// Looks over each body of a compilation once, for a group of rules: enough to leave alone, without following it, what cannot
/// break one of them. Most bodies never do what a rule is about.
/// </summary>
/// <param name="bodies">The compilation's source methods.</param>
/// <param name="types">What the rules follow.</param>
internal abstract class Survey(MethodBodies bodies, TrackedTypes types)
{
    private const int MostMethods = 1_000;

    private readonly ConcurrentDictionary<IMethodSymbol, BodyEffects> methods = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IOperation, AtHand> atHand = new();
    private readonly ConcurrentDictionary<INamedTypeSymbol, ulong> later = new(SymbolEqualityComparer.Default);

    /// <summary>What the body under analysis does, without what it calls.</summary>
    public BodyEffects EffectsOf(IOperation body) => Look(body).Effects;

    /// <summary>
    /// What the body under analysis does, with all source methods that it calls, and with what makes the objects of its class; null
    /// where they are too many.
    /// </summary>
    /// <param name="body">The root of its operations.</param>
    /// <param name="type">The class that it stands in.</param>
    /// <param name="cancellation">Ends the search.</param>
    public ulong? ReachOf(IOperation body, INamedTypeSymbol type, CancellationToken cancellation)
    {
        var known = Look(body);
        if (known.Reach is not { } reach)
        {
            known.Reach = reach = new(Reach([known.Effects, .. MakingOf(type, cancellation)], known.Effects, cancellation));
        }

        return reach.Effects;
    }

    /// <summary>
    /// What the methods of a class do once there is an object of it, with all that they call: those that others may call, and those that
    /// its constructors hand to others.
    /// </summary>
    public ulong LaterIn(INamedTypeSymbol type, CancellationToken cancellation)
    {
        type = type.OriginalDefinition;
        return later.TryGetValue(type, out var found) ? found : later.GetOrAdd(type, Find());

        ulong Find()
        {
            var declared = type.GetMembers()
                .OfType<IMethodSymbol>()
                .Where(method =>
                    method.MethodKind is not (MethodKind.Constructor or MethodKind.StaticConstructor)
                    && (method.DeclaredAccessibility != Accessibility.Private || !method.ExplicitInterfaceImplementations.IsEmpty));
            var handed = type.Constructors.SelectMany(constructor => EffectsOf(constructor, cancellation).Delegated);
            return Reach(declared.Concat(handed).Select(method => EffectsOf(method, cancellation)), null, cancellation) ?? ulong.MaxValue;
        }
    }

    /// <summary>What a method does, with all source methods that it calls; null where it is not in sight, or they are too many.</summary>
    public ulong? ReachOf(IMethodSymbol method, CancellationToken cancellation)
    {
        method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        if (MayBeOverridden(method) || bodies.OperationOf(method, cancellation) is not { } body)
        {
            return null;
        }

        return ReachOf(body, method.ContainingType, cancellation);
    }

    /// <summary>What an operation does, which is one of <see cref="Doings.Operations"/>.</summary>
    protected abstract ulong Of(IOperation operation);

    /// <summary>Whether the rules know what a method does, and never look into its body.</summary>
    protected abstract bool Knows(IMethodSymbol method);

    /// <summary>What of a constructor's own effects is more than how its object comes about.</summary>
    protected virtual ulong BesidesMaking(ulong effects) => effects;

    private AtHand Look(IOperation body) => atHand.GetOrAdd(body, key => new(Read(key)));

    private BodyEffects Read(IOperation body)
    {
        var effects = 0ul;
        List<IMethodSymbol>? called = null, delegated = null;
        var doings = bodies.DoingsOf(body);
        foreach (var operation in doings.Operations)
        {
            switch (operation)
            {
                case IInvocationOperation invocation:
                    if (MayBeInSource(invocation.TargetMethod) && types.Concerns(invocation))
                    {
                        Add(ref called, invocation.TargetMethod);
                    }

                    break;
                case IMethodReferenceOperation reference:
                    if (MayBeInSource(reference.Method))
                    {
                        Add(ref called, reference.Method);
                        Add(ref delegated, reference.Method);
                    }

                    break;
                case IObjectCreationOperation creation:
                    if (creation.Constructor is { } constructor
                        && !constructor.ContainingType.DeclaringSyntaxReferences.IsEmpty
                        && types.Concerns(creation))
                    {
                        Add(ref called, constructor);
                    }

                    break;
                case IPropertyReferenceOperation { Property.GetMethod: var getter }:
                    if (getter is not null && MayBeInSource(getter) && types.MayBeHeldBy(operation.Type))
                    {
                        Add(ref called, getter);
                    }

                    break;
            }

            effects |= Of(operation);
        }

        return new(effects, doings.Compile, body is IConstructorBodyOperation, called ?? [], delegated ?? []);

        void Add(ref List<IMethodSymbol>? methods, IMethodSymbol method)
        {
            method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
            if (!Knows(method))
            {
                (methods ??= []).Add(method);
            }
        }
    }

    /// <param name="first">What to begin with.</param>
    /// <param name="root">The one among them that is looked at for its own sake: what a constructor does there is not only making.</param>
    /// <param name="cancellation">Ends the search.</param>
    private ulong? Reach(IEnumerable<BodyEffects> first, BodyEffects? root, CancellationToken cancellation)
    {
        var all = 0ul;
        HashSet<IMethodSymbol>? seen = null;
        var pending = new Stack<BodyEffects>(first);
        while (pending.Count > 0)
        {
            var next = pending.Pop();
            all |= next.IsConstructor && next != root ? BesidesMaking(next.Own) : next.Own;
            foreach (var called in next.Called)
            {
                seen ??= new(SymbolEqualityComparer.Default);
                if (!seen.Add(called))
                {
                    continue;
                }

                if (seen.Count > MostMethods)
                {
                    return null;
                }

                pending.Push(EffectsOf(called, cancellation));
                if (!MayBeOverridden(called))
                {
                    continue;
                }

                foreach (var method in bodies.OverridesOf(called))
                {
                    if (seen.Add(method))
                    {
                        pending.Push(EffectsOf(method, cancellation));
                    }
                }
            }
        }

        return all;
    }

    /// <summary>What makes the objects of a class: its constructors, and what its fields are initialized with.</summary>
    private IEnumerable<BodyEffects> MakingOf(INamedTypeSymbol type, CancellationToken cancellation)
    {
        if (!types.MayHoldOne(type))
        {
            return [];
        }

        var constructors = type.InstanceConstructors.Concat(type.StaticConstructors).Select(made => EffectsOf(made, cancellation));
        return constructors.Concat(bodies.InitializersOf(type, areStatic: true, cancellation).Select(made => Look(made.Operation).Effects));
    }

    private BodyEffects EffectsOf(IMethodSymbol method, CancellationToken cancellation)
    {
        if (methods.TryGetValue(method, out var found))
        {
            return found;
        }

        found = bodies.OperationOf(method, cancellation) is { } operation ? Look(operation).Effects : BodyEffects.Nothing;
        if (method.MethodKind == MethodKind.Constructor)
        {
            found = bodies.InitializersOf(method.ContainingType, areStatic: false, cancellation)
                .Aggregate(found, (all, made) => all.With(Look(made.Operation).Effects));
        }

        return methods.GetOrAdd(method, found);
    }

    /// <summary>Whether a method is one of a library that the rules know, whoever overrides it.</summary>
    private static bool IsOfLibrary(IMethodSymbol method) =>
        Namespaces.Declares("TorchSharp", method) || Namespaces.Outermost(method.ContainingNamespace) == "FineTune";

    private static bool MayBeInSource(IMethodSymbol method) =>
        !method.DeclaringSyntaxReferences.IsEmpty || (MayBeOverridden(method) && !IsOfLibrary(method));

    /// <summary>Whether another body than the method's own may run.</summary>
    private static bool MayBeOverridden(IMethodSymbol method) =>
        (method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed;

    /// <summary>What is known of a body that a rule may follow; found again by whichever thread comes later, to the same end.</summary>
    private sealed class AtHand(BodyEffects effects)
    {
        public BodyEffects Effects { get; } = effects;

        public Found? Reach { get; set; }
    }

    /// <summary>What was found to be reached, if it was not too much.</summary>
    private sealed record Found(ulong? Effects);
}
