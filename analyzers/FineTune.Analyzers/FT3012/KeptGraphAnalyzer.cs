using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3012;

/// <summary>FT3012: losses are summed across iterations as tensors, each with the graph that it was computed by.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KeptGraphAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the sum.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.KeptGraph,
        "Summed losses keep every graph alive",
        "'{0}' sums losses with their graphs, which stay in memory as long as it does; add item() or detach() of each",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A tensor that requires a gradient holds on to all that it was computed from. A sum over iterations holds the graphs of all "
            + "of them, and memory grows until it is used up. Sum numbers instead.",
        RulePages.Of(RuleIds.KeptGraph));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new KeptGraphDomain(types) : null;
}
