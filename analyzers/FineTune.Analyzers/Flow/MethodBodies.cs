using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>The control-flow graphs of the source methods of a compilation, in whichever file they stand.</summary>
internal sealed class MethodBodies(Compilation compilation)
{
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> models = new();
    private const int MostMethods = 200;

    private readonly ConcurrentDictionary<IMethodSymbol, ControlFlowGraph?> graphs = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, IOperation?> operations = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, Uses> uses = new(SymbolEqualityComparer.Default);

    /// <summary>The body of <paramref name="method"/>; null where it has none in source, or one that does not compile.</summary>
    public ControlFlowGraph? Find(IMethodSymbol method, CancellationToken cancellation)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (graphs.TryGetValue(method, out var graph))
            return graph;
        return graphs.GetOrAdd(method, Create(method, cancellation));
    }

    /// <summary>
    /// The names of what a body, and the source methods that it calls, invoke, read and assign; null where those are
    /// too many to look at.
    /// </summary>
    public HashSet<string>? NamesIn(IOperation body, CancellationToken cancellation)
    {
        var names = new HashSet<string>();
        var seen = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        var pending = new Stack<Uses>([Uses.Of(body)]);
        while (pending.Count > 0)
        {
            var next = pending.Pop();
            names.UnionWith(next.Names);
            foreach (var called in next.Called)
            {
                if (!seen.Add(called))
                    continue;
                if (seen.Count > MostMethods)
                    return null;
                if (!uses.TryGetValue(called, out var found))
                    found = uses.GetOrAdd(called, OperationOf(called, cancellation) is { } operation ? Uses.Of(operation) : Uses.Nothing);
                pending.Push(found);
            }
        }

        return names;
    }

    private IOperation? OperationOf(IMethodSymbol method, CancellationToken cancellation) =>
        operations.TryGetValue(method, out var operation) ? operation : operations.GetOrAdd(method, Read(method, cancellation));

    private ControlFlowGraph? Create(IMethodSymbol method, CancellationToken cancellation)
    {
        var operation = OperationOf(method, cancellation);
        if (operation is null || operation.DescendantsAndSelf().OfType<IInvalidOperation>().Any())
            return null;
        return operation switch
        {
            IMethodBodyOperation body => ControlFlowGraph.Create(body, cancellation),
            IConstructorBodyOperation body => ControlFlowGraph.Create(body, cancellation),
            IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
            _ => null,
        };
    }

    private IOperation? Read(IMethodSymbol method, CancellationToken cancellation)
    {
        if (method.DeclaringSyntaxReferences.Length != 1)
            return null;
        var syntax = method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        if (syntax is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax)
            || !compilation.ContainsSyntaxTree(syntax.SyntaxTree))
            return null;

        // A rule that looks through a call needs the body that is called, and its file may not be the one at hand.
#pragma warning disable RS1030
        var model = models.GetOrAdd(syntax.SyntaxTree, tree => compilation.GetSemanticModel(tree));
#pragma warning restore RS1030
        return model.GetOperation(syntax, cancellation);
    }

    /// <summary>What one body invokes, reads and assigns, without what it calls.</summary>
    private sealed record Uses(IReadOnlyCollection<string> Names, IReadOnlyCollection<IMethodSymbol> Called)
    {
        public static readonly Uses Nothing = new([], []);

        public static Uses Of(IOperation body)
        {
            var names = new HashSet<string>();
            var called = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
            var isConstructor = body is IConstructorBodyOperation;
            foreach (var operation in body.DescendantsAndSelf())
            {
                var method = operation switch
                {
                    IInvocationOperation invocation => invocation.TargetMethod,
                    IMethodReferenceOperation reference => reference.Method,
                    IObjectCreationOperation creation => creation.Constructor,
                    IPropertyReferenceOperation property => property.Property.GetMethod,
                    _ => null,
                };
                if (operation is IInvocationOperation or IMethodReferenceOperation)
                    names.Add(method!.Name);
                if (operation is IMemberReferenceOperation member)
                    names.Add(member.Member.Name);
                if (!isConstructor && operation is ISimpleAssignmentOperation { Target: IMemberReferenceOperation })
                    names.Add("=");
                if (method is { DeclaringSyntaxReferences.IsEmpty: false })
                    called.Add(method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition);
            }

            return new(names, called);
        }
    }
}
