using System.Collections.Concurrent;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The source methods of a compilation, in whichever file they stand: their control-flow graphs, and what they do. All rules share them.
/// </summary>
internal sealed class MethodBodies
{
    private const int MostMethods = 1_000;

    private static readonly PerCompilation<MethodBodies> Shared = new(compilation => new(compilation));

    private readonly Compilation compilation;
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> models = new();
    private readonly ConcurrentDictionary<IMethodSymbol, ControlFlowGraph?> graphs = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ControlFlowGraph, bool> iterators = new();
    private readonly ConcurrentDictionary<IMethodSymbol, BodyEffects> effects = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IPropertySymbol, bool> stored = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IOperation, AtHand> atHand = new();
    private readonly Lazy<ILookup<string, IMethodSymbol>> overrides;

    private MethodBodies(Compilation compilation)
    {
        this.compilation = compilation;
        Torch = TorchTypes.In(compilation);
        FineTune = FineTuneTypes.In(compilation);
        overrides = new(() =>
            Types(compilation.SourceModule.GlobalNamespace)
                .SelectMany(type => type.GetMembers().OfType<IMethodSymbol>())
                .Where(method =>
                    method.IsOverride
                    || (
                        !method.IsStatic
                        && method.MethodKind is MethodKind.Ordinary or MethodKind.PropertyGet
                        && !method.ContainingType.AllInterfaces.IsEmpty))
                .ToLookup(method => method.Name));
    }

    public TorchTypes? Torch { get; }

    public FineTuneTypes? FineTune { get; }

    public static MethodBodies Of(Compilation compilation) => Shared.Of(compilation);

    /// <summary>The body of <paramref name="method"/>; null where it has none in source, or one that does not compile.</summary>
    public ControlFlowGraph? Find(IMethodSymbol method, CancellationToken cancellation)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (graphs.TryGetValue(method, out var graph))
        {
            return graph;
        }

        return graphs.GetOrAdd(method, Create(method, cancellation));
    }

    /// <summary>Whether calling the body only makes the object that will run it, piece by piece.</summary>
    public bool IsIterator(ControlFlowGraph body) =>
        iterators.GetOrAdd(
            body,
            static graph =>
                graph.Blocks.Any(block =>
                    block.Operations.Any(operation => operation.Kind is OperationKind.YieldReturn or OperationKind.YieldBreak)));

    /// <summary>Whether reading the property gives what was last assigned to it.</summary>
    public bool IsStored(IPropertySymbol property) =>
        stored.GetOrAdd(
            property,
            static property =>
                property is { IsIndexer: false, IsAbstract: false, IsVirtual: false, IsOverride: false }
                && property
                    .ContainingType.GetMembers()
                    .OfType<IFieldSymbol>()
                    .Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property)));

    /// <summary>What the body under analysis does, without what it calls.</summary>
    public BodyEffects EffectsOf(IOperation body) => Look(body).Effects;

    /// <summary>What the body under analysis does, with all source methods that it calls.</summary>
    /// <param name="body">The root of its operations.</param>
    /// <param name="ofModels">Whether to look into calls as where annotated models are followed, or as where modules and optimizers
    /// are.</param>
    /// <param name="cancellation">Ends the search.</param>
    public Effects ReachOf(IOperation body, bool ofModels, CancellationToken cancellation)
    {
        var known = Look(body);
        return ofModels
            ? known.ReachOfModels ??= Reach(known.Effects, ofModels: true, cancellation)
            : known.ReachOfModules ??= Reach(known.Effects, ofModels: false, cancellation);
    }

    private AtHand Look(IOperation body) => atHand.GetOrAdd(body, key => new(BodyEffects.Of(key, Torch, FineTune)));

    private Effects Reach(BodyEffects body, bool ofModels, CancellationToken cancellation)
    {
        var all = body.Own;
        HashSet<IMethodSymbol>? seen = null;
        var pending = new Stack<BodyEffects>([body]);
        while (pending.Count > 0)
        {
            var next = pending.Pop();
            all |= next.IsConstructor && next != body ? next.Own & ~Effects.AssignsParts : next.Own;
            foreach (var called in ofModels ? next.CalledOnModels : next.CalledOnModules)
            {
                seen ??= new(SymbolEqualityComparer.Default);
                if (!seen.Add(called))
                {
                    continue;
                }

                if (seen.Count > MostMethods)
                {
                    return all | Effects.Unbounded;
                }

                pending.Push(EffectsOf(called, cancellation));
                if (!BodyEffects.MayBeOverridden(called))
                {
                    continue;
                }

                foreach (var method in overrides.Value[called.Name])
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

    private BodyEffects EffectsOf(IMethodSymbol method, CancellationToken cancellation)
    {
        if (effects.TryGetValue(method, out var found))
        {
            return found;
        }

        return effects.GetOrAdd(
            method,
            OperationOf(method, cancellation) is { } operation ? BodyEffects.Of(operation, Torch, FineTune) : BodyEffects.Nothing);
    }

    private ControlFlowGraph? Create(IMethodSymbol method, CancellationToken cancellation)
    {
        var operation = OperationOf(method, cancellation);
        if (operation is null || (EffectsOf(method, cancellation).Own & Effects.Invalid) != 0)
        {
            return null;
        }

        return operation switch
        {
            IMethodBodyOperation body => ControlFlowGraph.Create(body, cancellation),
            IConstructorBodyOperation body => ControlFlowGraph.Create(body, cancellation),
            IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
            _ => null,
        };
    }

    private IOperation? OperationOf(IMethodSymbol method, CancellationToken cancellation)
    {
        if (method.DeclaringSyntaxReferences.Length != 1)
        {
            return null;
        }

        var syntax = method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        if (syntax is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax)
            || !compilation.ContainsSyntaxTree(syntax.SyntaxTree))
        {
            return null;
        }

        // A rule that looks through a call needs the body that is called, and its file may not be the one at hand.
#pragma warning disable RS1030
        var model = models.GetOrAdd(syntax.SyntaxTree, tree => compilation.GetSemanticModel(tree));
#pragma warning restore RS1030
        return model.GetOperation(syntax, cancellation);
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol scope)
    {
        foreach (var member in scope.GetMembers())
        {
            if (member is not INamespaceOrTypeSymbol inner)
            {
                continue;
            }

            if (inner is INamedTypeSymbol type)
            {
                yield return type;
            }

            foreach (var nested in Types(inner))
            {
                yield return nested;
            }
        }
    }

    /// <summary>What is known of a body that a rule may follow; found again by whichever thread comes later, to the same end.</summary>
    private sealed class AtHand(BodyEffects effects)
    {
        public BodyEffects Effects { get; } = effects;

        public Effects? ReachOfModules { get; set; }

        public Effects? ReachOfModels { get; set; }
    }
}
