using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3015;

/// <summary>FT3015: an optimizer is given the same parameters twice.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SharedParameterAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: what is given twice.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.SharedParameter,
        "Parameter in two groups of an optimizer",
        "The parameters of '{0}' are in this optimizer twice, and each step moves them twice; leave them out of one group",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An optimizer steps group by group. TorchSharp does not look whether a parameter is in several of them: it is moved once for "
            + "each, by each group's learning rate, and decays as often.",
        RulePages.Of(RuleIds.SharedParameter));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new SharedParameterDomain(types) : null;
}
