using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT3003;

/// <summary>FT3003: an optimizer is built before <c>to</c>, or before a part is added or replaced, and steps.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MisplacedOptimizerAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: the optimizer; {1}: where it was built; {2}: where the parameters were moved or replaced.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.MisplacedOptimizer,
        "Optimizer built before its parameters exist",
        "'{0}' was built on {1}, and its parameters were moved or replaced on {2}; build it after that",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An optimizer keeps the parameters it is given. Moving a module to a device or type makes new ones, and so does a new head: "
            + "the optimizer goes on stepping the old ones, and the model does not learn. Build it last.",
        RulePages.Of(RuleIds.MisplacedOptimizer));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        TorchTypes.In(compilation) is { } types ? new MisplacedOptimizerDomain(types) : null;
}
