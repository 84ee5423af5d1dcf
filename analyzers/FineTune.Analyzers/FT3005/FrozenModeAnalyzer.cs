using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3005;

/// <summary>FT3005: a frozen part with BatchNorm is in training mode while the rest trains.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FrozenModeAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the frozen part; {1}: where it was frozen; {2}: where it was put into training mode.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.FrozenMode,
        "Frozen part in training mode",
        "'{0}', frozen on {1}, was put into training mode on {2}, so that its BatchNorm statistics go on moving; call eval() on it "
            + "after train()",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "requires_grad says nothing about running statistics: in training mode BatchNorm moves them with every batch, and a frozen "
            + "backbone forgets what it was trained for. Put frozen parts back into evaluation mode after train().",
        RulePages.Of(RuleIds.FrozenMode));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new FrozenModeDomain(types) : null;
}
