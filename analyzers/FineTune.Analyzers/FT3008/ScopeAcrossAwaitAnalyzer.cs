using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.Scopes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.Analyzers.FT3008;

/// <summary>FT3008: an <c>await</c> or a <c>yield return</c> while a scope is open that belongs to the thread.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ScopeAcrossAwaitAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: <c>await</c> or <c>yield return</c>; {1}: the method that opens the scope; {2}: what comes of it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.ScopeAcrossAwait,
        "await or yield inside a thread-bound scope",
        "'{0}' inside the scope of '{1}', which holds for one thread: {2}; end the scope before it",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "no_grad, set_grad_enabled, enable_grad, inference_mode and NewDisposeScope hold for the thread that opened them. After an "
            + "await the method may go on on another thread, without the scope, and ends it there; after a yield return the caller's code "
            + "runs inside it.",
        RulePages.Of(RuleIds.ScopeAcrossAwait));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.In(start.Compilation) is not null)
            {
                start.RegisterOperationAction(
                    Analyze,
                    OperationKind.Await,
                    OperationKind.YieldReturn,
                    OperationKind.Loop,
                    OperationKind.Using,
                    OperationKind.UsingDeclaration);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        if (Leaves(context.Operation) is not { } place || ThreadScopes.Around(context.Operation) is not { } scope)
        {
            return;
        }

        var isYield = context.Operation.Kind == OperationKind.YieldReturn;
        context.ReportDiagnostic(
            Diagnostic.Create(
                Rule,
                place,
                [scope.Syntax.GetLocation()],
                isYield ? "yield return" : "await",
                scope.TargetMethod.Name,
                isYield
                    ? "the caller's code runs in it between two elements"
                    : "what follows may run on another thread, and this one keeps the scope"));
    }

    /// <summary>The keywords at which the method hands the thread over; null where it does not.</summary>
    private static Location? Leaves(IOperation operation) =>
        (operation, operation.Syntax) switch
        {
            (IAwaitOperation, AwaitExpressionSyntax syntax) => syntax.AwaitKeyword.GetLocation(),
            (IReturnOperation, YieldStatementSyntax syntax) => Location.Create(
                syntax.SyntaxTree,
                TextSpan.FromBounds(syntax.YieldKeyword.SpanStart, syntax.ReturnOrBreakKeyword.Span.End)),
            (IForEachLoopOperation { IsAsynchronous: true }, CommonForEachStatementSyntax syntax) => syntax.AwaitKeyword.GetLocation(),
            (IUsingOperation { IsAsynchronous: true }, UsingStatementSyntax syntax) => syntax.AwaitKeyword.GetLocation(),
            (IUsingDeclarationOperation { IsAsynchronous: true }, LocalDeclarationStatementSyntax syntax) =>
                syntax.AwaitKeyword.GetLocation(),
            _ => null,
        };
}
