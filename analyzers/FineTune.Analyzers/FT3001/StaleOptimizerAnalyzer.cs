using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3001;

/// <summary>FT3001: an optimizer steps after <c>requires_grad</c> of what it was built over has changed.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StaleOptimizerAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the optimizer; {1}: where it was built; {2}: where <c>requires_grad</c> was changed.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.StaleOptimizer,
        "requires_grad changed under an optimizer",
        "'{0}' was built on {1}, and requires_grad of its parameters was changed on {2}; build it anew before it steps",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An optimizer keeps the parameters it was built over, and their state. What is frozen later goes on moving by momentum and "
            + "weight decay, and what is unfrozen later is not in it, or has no state. Build the optimizer after the change, or add a "
            + "parameter group.",
        RulePages.Of(RuleIds.StaleOptimizer));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new StaleOptimizerDomain(types) : null;
}
