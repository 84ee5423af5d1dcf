using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.Scopes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3007;

/// <summary>FT3007: <c>torch.no_grad();</c> and the like, whose scope nobody ends, or not on every path.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UndisposedScopeAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the method that opens the scope; {1}: what becomes of it; {2}: what stays on.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.DiscardedScope,
        "Scope is never disposed",
        "The scope that '{0}' opens is {1}: {2}; hold it with 'using var'",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "no_grad, set_grad_enabled, enable_grad, inference_mode and NewDisposeScope hold for the thread until what they return is "
            + "disposed. Discarded, or left open on some path, they hold for good, or until the finalizer runs at a time of its own.",
        RulePages.Of(RuleIds.DiscardedScope));

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
                start.RegisterOperationAction(AnalyzeDiscarded, OperationKind.ExpressionStatement);
                start.RegisterOperationAction(AnalyzeHeld, OperationKind.VariableDeclarator);
            }
        });
    }

    private static void AnalyzeDiscarded(OperationAnalysisContext context)
    {
        var operation = ((IExpressionStatementOperation)context.Operation).Operation;
        if (operation is ISimpleAssignmentOperation { Target: IDiscardOperation } discarded)
        {
            operation = discarded.Value;
        }

        Report(context, ThreadScopes.Opening(operation), "discarded");
    }

    private static void AnalyzeHeld(OperationAnalysisContext context)
    {
        var declarator = (IVariableDeclaratorOperation)context.Operation;
        if (ThreadScopes.Opening(declarator.Initializer?.Value) is { } opening
            && declarator.Parent?.Parent is IVariableDeclarationGroupOperation { Parent: IBlockOperation }
            && ScopeVariable.IsLeftOpen(declarator, context))
        {
            Report(context, opening, $"held in '{declarator.Symbol.Name}', which is not disposed on every path");
        }
    }

    private static void Report(OperationAnalysisContext context, IInvocationOperation? opening, string fate)
    {
        var consequence = opening?.TargetMethod.Name switch
        {
            "no_grad" or "inference_mode" => "the thread records no gradients from here on",
            "set_grad_enabled" or "enable_grad" => "the thread keeps this gradient mode from here on",
            "NewDisposeScope" => "tensors pile up in it from here on",
            _ => null,
        };
        if (consequence is not null)
        {
            context.ReportDiagnostic(
                Diagnostic.Create(Rule, opening!.Syntax.GetLocation(), opening.TargetMethod.Name, fate, consequence));
        }
    }
}
