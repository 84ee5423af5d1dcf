using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3011;

/// <summary>FT3011: weights loaded without <c>strict</c>, and nobody looks at what was left out.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class IgnoredOutcomeAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the method; {1}: where what it found can be seen.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.IgnoredOutcome,
        "Result of a non-strict load is ignored",
        "'{0}' with strict: false skips what does not fit, and nobody looks at what it skipped; {1}",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A lenient load of a file whose names differ loads nothing at all, and training starts from random weights: no error, only a "
            + "worse model.",
        RulePages.Of(RuleIds.IgnoredOutcome));

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
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, TorchTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        var method = call.TargetMethod;
        if (method.Name is not ("load_state_dict" or "load") || !types.IsModule(call.Instance?.Type) || !TorchTypes.IsLibrary(method))
        {
            return;
        }

        if (!call.Arguments.Any(argument =>
                argument.Parameter?.Name == "strict" && argument.Value.ConstantValue is { HasValue: true, Value: false }))
        {
            return;
        }

        if (method.Name == "load_state_dict")
        {
            if (IsDropped(call))
            {
                Report("look at the missing and unexpected keys that it returns");
            }
        }
        else if (!call.Arguments.Any(argument =>
                argument.Parameter?.Name == "loadedParameters" && argument.ArgumentKind != ArgumentKind.DefaultValue))
        {
            // Where the version has no such parameter, the other method tells.
            Report(method.Parameters.Any(parameter => parameter.Name == "loadedParameters")
                ? "pass loadedParameters and look at it"
                : "load_state_dict returns it");
        }

        void Report(string remedy) => context.ReportDiagnostic(Diagnostic.Create(Rule, call.Syntax.GetLocation(), method.Name, remedy));
    }

    private static bool IsDropped(IOperation operation) => operation.Parent switch
    {
        IExpressionStatementOperation => true,
        IConversionOperation conversion => IsDropped(conversion),
        ISimpleAssignmentOperation { Target: IDiscardOperation } => true,
        _ => false,
    };
}
