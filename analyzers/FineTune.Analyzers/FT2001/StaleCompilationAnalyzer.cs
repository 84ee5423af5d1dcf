using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT2001;

/// <summary>FT2001: a compiled model is used after what trains was changed, and before it was compiled again.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StaleCompilationAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the compiled model; {1}: where it was compiled; {2}: where what trains was changed.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.StaleCompilation,
        "Trainability changed without a recompile",
        "'{0}' is stale: it was compiled on {1}, and what trains was changed on {2}; recompile before it is used again",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Compile fixes what trains, and builds the optimizer over it. After a freeze or an unfreeze the compiled model is stale: Fit "
            + "and TrainStep throw StaleCompilationException, and Evaluate measures what was never compiled. Call Recompile in between.",
        RulePages.Of(RuleIds.StaleCompilation));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        FineTuneTypes.In(compilation) is { } types ? new StaleCompilationDomain(types) : null;
}
