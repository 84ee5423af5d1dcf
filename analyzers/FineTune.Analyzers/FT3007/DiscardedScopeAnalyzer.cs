using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3007;

/// <summary>FT3007: <c>torch.no_grad();</c> and the like, whose scope nobody ends.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DiscardedScopeAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the method that opens the scope; {1}: what stays on.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.DiscardedScope,
        "Scope is never disposed",
        "The scope that '{0}' opens is discarded: {1}; hold it with 'using var'",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "no_grad, set_grad_enabled, enable_grad, inference_mode and NewDisposeScope hold for the thread until what they return is "
            + "disposed. Discarded, they hold for good, or until the finalizer runs at a time of its own.",
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
                start.RegisterOperationAction(Analyze, OperationKind.ExpressionStatement);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        var operation = ((IExpressionStatementOperation)context.Operation).Operation;
        if (operation is ISimpleAssignmentOperation { Target: IDiscardOperation } discarded)
        {
            operation = discarded.Value;
        }

        while (operation is IConversionOperation conversion)
        {
            operation = conversion.Operand;
        }

        if (operation is not IInvocationOperation { TargetMethod: { IsStatic: true } method })
        {
            return;
        }

        var consequence = method.Name switch
        {
            "no_grad" or "inference_mode" => "the thread records no gradients from here on",
            "set_grad_enabled" or "enable_grad" => "the thread keeps this gradient mode from here on",
            "NewDisposeScope" => "tensors pile up in it from here on",
            _ => null,
        };
        if (consequence is not null && method.ContainingType.ToDisplayString() == "TorchSharp.torch")
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, operation.Syntax.GetLocation(), method.Name, consequence));
        }
    }
}
