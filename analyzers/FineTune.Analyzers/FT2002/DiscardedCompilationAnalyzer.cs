using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT2002;

/// <summary>FT2002: the result of a compile is discarded, and the old one is used on.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DiscardedCompilationAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the old compiled model; {1}: where it was compiled; {2}: where it is used.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.DiscardedCompilation,
        "Result of Compile or Recompile is discarded",
        "What this compiles is discarded, and '{0}', compiled on {1}, is used on {2}; assign it",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Compile and Recompile give a new compiled model and leave the old one as it is, with the optimizer and the rates that it "
            + "has. Assign the result.",
        RulePages.Of(RuleIds.DiscardedCompilation));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        FineTuneTypes.In(compilation) is { } types ? new DiscardedCompilationDomain(types) : null;
}
