using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The source methods of a compilation, in whichever file they stand, and their control-flow graphs. All rules share them.
/// </summary>
internal sealed class MethodBodies
{
    private static readonly PerCompilation<MethodBodies> Shared = new(compilation => new(compilation));

    private readonly Compilation compilation;
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> models = new();
    private readonly ConcurrentDictionary<IMethodSymbol, ControlFlowGraph?> graphs = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ControlFlowGraph, bool> iterators = new();
    private readonly ConcurrentDictionary<IPropertySymbol, bool> stored = new(SymbolEqualityComparer.Default);
    private readonly Lazy<ILookup<string, IMethodSymbol>> overrides;

    private MethodBodies(Compilation compilation)
    {
        this.compilation = compilation;
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

    /// <summary>The source methods that may run where a method is called that can be overridden.</summary>
    public IEnumerable<IMethodSymbol> OverridesOf(IMethodSymbol method) => overrides.Value[method.Name];

    private ControlFlowGraph? Create(IMethodSymbol method, CancellationToken cancellation)
    {
        var operation = OperationOf(method, cancellation);
        if (operation is null || operation.Descendants().Any(part => part is IInvalidOperation))
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

    /// <summary>The operations of a method; null where it has no body in source, or more than one.</summary>
    public IOperation? OperationOf(IMethodSymbol method, CancellationToken cancellation)
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
}
