using System.Collections.Immutable;
using FineTune.Analyzers.Activations;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3016;

/// <summary>FT3016: probabilities handed to a loss that takes logits and makes probabilities of them itself.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DoubleActivationAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the loss; {1}: the activation; {2}: where it is applied; {3}: what comes of it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.DoubleActivation,
        "Activation before a loss that takes logits",
        "'{0}' takes logits, but its input ends with a {1} ({2}), which the loss applies again: {3}",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "CrossEntropyLoss applies a log-softmax itself, and BCEWithLogitsLoss a sigmoid. Applied twice, the outputs are pressed between 0 "
            + "and 1 before the loss sees them: it cannot get small, and its gradients are. A log-softmax applied twice does no harm and "
            + "is of no use: NLLLoss takes it.",
        RulePages.Of(RuleIds.DoubleActivation));

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
        if (LossOf(call, context.CancellationToken) is not { } loss
            || call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0) is not { } input
            || !types.IsTensor(input.Value.Type)
            || new FinalActivation(types, context.Compilation, context.CancellationToken).OfTensor(input.Value) is not { } activation
            || activation.IsOfClasses != loss.IsOfClasses)
        {
            return;
        }

        var at = activation.At.Syntax.GetLocation();
        var isHere = activation.Input is not null && activation.At == SingleAssignment.Unconverted(input.Value);
        context.ReportDiagnostic(
            Diagnostic.Create(
                Rule,
                ((call.Syntax as InvocationExpressionSyntax)?.Expression ?? call.Syntax).GetLocation(),
                isHere ? [at, activation.Input!.Syntax.GetLocation()] : [at],
                loss.Name,
                activation.Name,
                Lines.Of(at, call.Syntax.SyntaxTree),
                activation.Name == "LogSoftmax"
                    ? "take it away, or use NLLLoss, which goes with it"
                    : "it learns little or nothing; take it away, and apply it where probabilities are read"));
    }

    /// <summary>The loss that a call computes, where it is one that takes logits.</summary>
    private static Loss? LossOf(IInvocationOperation call, CancellationToken cancellation)
    {
        var method = call.TargetMethod;
        if (method.Name is "cross_entropy" or "binary_cross_entropy_with_logits")
        {
            return method.IsStatic && TorchTypes.IsLibrary(method) ? new(method.Name, method.Name == "cross_entropy") : null;
        }

        if (method.Name is not ("call" or "forward") || call.Instance is null || call.Arguments.Length < 2 || !TorchTypes.IsLibrary(method))
        {
            return null;
        }

        var type = Stated(call.Instance.Type) ?? Stated(SingleAssignment.BehindMembers(call.Instance, cancellation).Type);
        return type is null ? null : new(type.Name, type.Name == "CrossEntropyLoss");
    }

    private static ITypeSymbol? Stated(ITypeSymbol? type) =>
        type is { Name: "CrossEntropyLoss" or "BCEWithLogitsLoss" } && TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp")
            ? type
            : null;

    private sealed record Loss(string Name, bool IsOfClasses);
}
