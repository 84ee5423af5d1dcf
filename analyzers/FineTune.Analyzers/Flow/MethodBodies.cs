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
    private readonly IReadOnlyDictionary<SyntaxTree, SemanticModel> models;
    private readonly ConcurrentDictionary<IMethodSymbol, ControlFlowGraph?> methods = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IOperation, ControlFlowGraph?> graphs = new();
    private readonly ConcurrentDictionary<ControlFlowGraph, bool> iterators = new();
    private readonly ConcurrentDictionary<IOperation, Doings> doings = new();
    private readonly ConcurrentDictionary<IPropertySymbol, bool> stored = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<(INamedTypeSymbol, bool), IReadOnlyList<Initializer>> initializers = new();
    private readonly Lazy<ILookup<string, IMethodSymbol>> overrides;

    private MethodBodies(Compilation compilation)
    {
        this.compilation = compilation;

        // The compiler's own, as long as none is finished with: what it or another rule has bound is bound for all.
#pragma warning disable RS1030 // A rule that looks through a call needs the body that is called, and its file may not be the one at hand.
        models = compilation.SyntaxTrees.ToDictionary(file => file, file => compilation.GetSemanticModel(file));
#pragma warning restore RS1030
        SingleValued = new(compilation);
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

    /// <summary>Which members hold one value for as long as there is the object.</summary>
    public SingleValuedMembers SingleValued { get; }

    /// <summary>The body of <paramref name="method"/>; null where it has none in source, or one that does not compile.</summary>
    public ControlFlowGraph? Find(IMethodSymbol method, CancellationToken cancellation)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (methods.TryGetValue(method, out var graph))
        {
            return graph;
        }

        var body = OperationOf(method, cancellation);
        return methods.GetOrAdd(method, body is not null && DoingsOf(body).Compile ? GraphOf(body, cancellation) : null);
    }

    /// <summary>The control-flow graph of a body, made once for all that follow it.</summary>
    /// <param name="body">The root of its operations, without errors: of a method, or of what a member is initialized with.</param>
    /// <param name="cancellation">Ends the work.</param>
    public ControlFlowGraph? GraphOf(IOperation body, CancellationToken cancellation) =>
        graphs.TryGetValue(body, out var graph) ? graph : graphs.GetOrAdd(body, Create(body, cancellation));

    /// <summary>What a body does, found once for all that want to know something of it.</summary>
    public Doings DoingsOf(IOperation body) => doings.GetOrAdd(body, Doings.In);

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

    /// <summary>What the fields and automatic properties of a class are initialized with where they are declared, in that order.</summary>
    public IReadOnlyList<Initializer> InitializersOf(INamedTypeSymbol type, bool areStatic, CancellationToken cancellation)
    {
        type = type.OriginalDefinition;
        return initializers.TryGetValue((type, areStatic), out var found)
            ? found
            : initializers.GetOrAdd((type, areStatic), [.. FindInitializers(type, areStatic, cancellation)]);
    }

    /// <summary>The source methods that may run where a method is called that can be overridden.</summary>
    public IEnumerable<IMethodSymbol> OverridesOf(IMethodSymbol method) => overrides.Value[method.Name];

    private IEnumerable<Initializer> FindInitializers(INamedTypeSymbol type, bool areStatic, CancellationToken cancellation)
    {
        foreach (var member in type.GetMembers())
        {
            if (member.IsStatic != areStatic
                || member.DeclaringSyntaxReferences.Length != 1
                || member is not (IFieldSymbol or IPropertySymbol))
            {
                continue;
            }

            var value = member.DeclaringSyntaxReferences[0].GetSyntax(cancellation) switch
            {
                VariableDeclaratorSyntax field => field.Initializer,
                PropertyDeclarationSyntax property => property.Initializer,
                _ => null,
            };
            if (value is null || !compilation.ContainsSyntaxTree(value.SyntaxTree))
            {
                continue;
            }

            var operation = models[value.SyntaxTree].GetOperation(value, cancellation);
            if (operation is not null && DoingsOf(operation).Compile)
            {
                yield return new(member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type, operation);
            }
        }
    }

    private static ControlFlowGraph? Create(IOperation operation, CancellationToken cancellation) =>
        operation switch
        {
            IMethodBodyOperation body => ControlFlowGraph.Create(body, cancellation),
            IConstructorBodyOperation body => ControlFlowGraph.Create(body, cancellation),
            IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
            IFieldInitializerOperation field => ControlFlowGraph.Create(field, cancellation),
            IPropertyInitializerOperation property => ControlFlowGraph.Create(property, cancellation),
            _ => null,
        };

    /// <summary>The operations of a method; null where it has no body in source, or more than one.</summary>
    public IOperation? OperationOf(IMethodSymbol method, CancellationToken cancellation)
    {
        if (method.DeclaringSyntaxReferences.Length != 1)
        {
            return null;
        }

        // Of a primary constructor, its declaration is that of the class.
        var syntax = method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        if (syntax is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax or TypeDeclarationSyntax)
            || !compilation.ContainsSyntaxTree(syntax.SyntaxTree))
        {
            return null;
        }

        return models[syntax.SyntaxTree].GetOperation(syntax, cancellation);
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

    /// <summary>What a member is initialized with.</summary>
    /// <param name="Type">The type of the member.</param>
    /// <param name="Operation">The initializer, whose control-flow graph ends with the assignment.</param>
    internal sealed record Initializer(ITypeSymbol Type, IOperation Operation);
}
