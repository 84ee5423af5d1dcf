using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3013;

/// <summary>FT3013: <c>tensor == null</c>, which compares elements.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TensorComparedToNullAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the operator; {1}: the pattern that asks the question that was meant.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.TensorComparedToNull,
        "Tensor compared to null element by element",
        "'{0}' compares the elements of a tensor, and fails on null; use '{1}'",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "TorchSharp's == and != on tensors compare element by element and give a tensor. Whether there is a tensor is asked with 'is "
            + "null'.",
        RulePages.Of(RuleIds.TensorComparedToNull));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.In(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Binary);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, TorchTypes types)
    {
        var binary = (IBinaryOperation)context.Operation;
        if (binary is not { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals, OperatorMethod: { } comparison }
            || !types.IsTensor(comparison.ContainingType)
            || (!IsNull(binary.LeftOperand) && !IsNull(binary.RightOperand)))
        {
            return;
        }

        var (sign, pattern) = binary.OperatorKind == BinaryOperatorKind.Equals ? ("==", "is null") : ("!=", "is not null");
        context.ReportDiagnostic(Diagnostic.Create(Rule, binary.Syntax.GetLocation(), sign, pattern));
    }

    private static bool IsNull(IOperation operand) =>
        SingleAssignment.Unconverted(operand)
            is { ConstantValue: { HasValue: true, Value: null } }
                or IDefaultValueOperation { Type.IsReferenceType: true };
}
