using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3009;

/// <summary>FT3009: a training loop accumulates gradients and steps, and never clears them.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingZeroGradAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the optimizer.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.MissingZeroGrad,
        "Training loop without zero_grad",
        "'{0}' steps again with the gradients of earlier steps still in its parameters; call zero_grad before the next backward",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "backward adds to the gradients that are there. Without zero_grad each step moves by the sum of all batches so far, and "
            + "training diverges or stalls.",
        RulePages.Of(RuleIds.MissingZeroGrad));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new MissingZeroGradDomain(types) : null;
}
