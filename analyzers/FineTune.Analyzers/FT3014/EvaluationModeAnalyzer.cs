using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3014;

/// <summary>FT3014: a training step after <c>eval()</c>, and no <c>train()</c> in between.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EvaluationModeAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the optimizer; {1}: where eval() was called.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.EvaluationMode,
        "Training step in evaluation mode",
        "'{0}' steps while what it trains is in evaluation mode since {1}; call train() before the next training step",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "eval() stays until train() is called: dropout drops nothing and BatchNorm uses its running statistics, so that the rest of "
            + "the training fits another function than the one meant.",
        RulePages.Of(RuleIds.EvaluationMode));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new EvaluationModeDomain(types) : null;
}
