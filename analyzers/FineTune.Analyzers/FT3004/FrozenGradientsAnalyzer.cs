using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3004;

/// <summary>FT3004: parameters are frozen after they had gradients, and the optimizer steps on with those.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FrozenGradientsAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the optimizer; {1}: where the parameters were frozen.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.FrozenGradients,
        "Frozen parameters keep gradients and go on moving",
        "'{0}' goes on moving what was frozen on {1}, because its gradients were not set to null, and only null ones are skipped",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An optimizer skips parameters without a gradient, not those that do not require one. What is frozen after a backward pass "
            + "keeps its last gradient, or a gradient of zero, and goes on moving by it, by momentum and by weight decay. Set the "
            + "gradients to null, or build the optimizer anew.",
        RulePages.Of(RuleIds.FrozenGradients));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new FrozenGradientsDomain(types) : null;
}
