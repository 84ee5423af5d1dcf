using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.Analyzers.Flow;

/// <summary>An analyzer whose rules depend on the order in which things happen.</summary>
public abstract class FlowAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (DomainOf(start.Compilation) is not { } domain)
            {
                return;
            }

            var findings = new MethodFindings(domain, MethodBodies.Of(start.Compilation));
            start.RegisterOperationBlockAction(block => Analyze(block, findings));
        });
    }

    /// <summary>What to follow in this compilation; null where it lacks the types that the rules are about.</summary>
    private protected abstract FlowDomain? DomainOf(Compilation compilation);

    /// <summary>The finding as it is told, where more than the flow decides; null where it is none after all.</summary>
    private protected virtual Finding? Refine(Finding finding, OperationBlockAnalysisContext context) => finding;

    private void Analyze(OperationBlockAnalysisContext context, MethodFindings findings)
    {
        if (context.OwningSymbol is not IMethodSymbol method)
        {
            return;
        }

        IOperation? previous = null;
        foreach (var block in context.OperationBlocks)
        {
            // A constructor's initializer and its body are two blocks with one root, and one graph.
            if (block is IAttributeOperation or IParameterInitializerOperation
                || (OperationTree.RootOf(block) is var root && root == previous))
            {
                continue;
            }

            previous = root;
            foreach (var found in findings.Of(method, root, context.CancellationToken))
            {
                if (Refine(found, context) is not { } finding)
                {
                    continue;
                }

                var arguments = finding.Arguments.CastArray<object?>().ToArray();
                context.ReportDiagnostic(
                    Diagnostic.Create(finding.Rule, LocationOf(finding.At), finding.Sites, finding.Properties, arguments));
            }
        }
    }

    /// <summary>What to underline: of a call, up to the name of the method.</summary>
    private static Location LocationOf(IOperation operation)
    {
        var syntax = operation.Syntax;
        return syntax is InvocationExpressionSyntax invocation
            ? Location.Create(syntax.SyntaxTree, TextSpan.FromBounds(syntax.SpanStart, invocation.Expression.Span.End))
            : syntax.GetLocation();
    }
}
