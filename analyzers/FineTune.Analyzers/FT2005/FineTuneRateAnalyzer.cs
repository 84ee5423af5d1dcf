using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT2005;

/// <summary>FT2005: fine-tuning is compiled at a learning rate that is not lower than the head was compiled at.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FineTuneRateAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: where the head was compiled; {1}: the rate; {2}: the head's rate.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.FineTuneRate,
        "Fine-tuning learning rate is not below the head's",
        "Fine-tuning at a learning rate of {1} is not slower than the {2} that the head learned at on {0}; a tenth of that is usual",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A new head starts from nothing and learns fast. Pre-trained layers are close to where they should be: at the head's rate "
            + "they forget what they know in a few steps.",
        RulePages.Of(RuleIds.FineTuneRate));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        FineTuneTypes.In(compilation) is { } types ? new FineTuneRateDomain(types) : null;
}
