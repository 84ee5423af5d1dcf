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
    private readonly ConcurrentDictionary<IMethodSymbol, ControlFlowGraph?> graphs = new(SymbolEqualityComparer.Default);

    /// <summary>The body of <paramref name="method"/>; null where it has none in source, or one that does not compile.</summary>
    public ControlFlowGraph? Find(IMethodSymbol method, CancellationToken cancellation)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (graphs.TryGetValue(method, out var graph))
            return graph;
        return graphs.GetOrAdd(method, Create(method, cancellation));
    }

    private ControlFlowGraph? Create(IMethodSymbol method, CancellationToken cancellation)
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
        var operation = model.GetOperation(syntax, cancellation);
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
}
