using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1010;

/// <summary>FT1010: a forward pass that the generator could not cut in two.</summary>
/// <remarks>The generator knows why, and may report nothing itself: it states the reason in an attribute of the generated part.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnsplitForwardAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the annotated class; {1}: what stands in the way.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.UnsplitForward,
        "Forward pass that cannot be split",
        "The forward pass of '{0}' is not cut into a frozen and a trainable half, because {1}; it trains, but what is frozen is "
            + "computed again in every epoch",
        "Model",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "The first half depends on the input and on frozen parts alone, so its answer can be kept from epoch to epoch. Where the "
            + "body cannot be cut, training works without that.",
        RulePages.Of(RuleIds.UnsplitForward));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(MetadataNames.UnsplitForwardAttribute) is { } attribute)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, attribute), SymbolKind.Method);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, INamedTypeSymbol unsplit)
    {
        if (context.Symbol is not IMethodSymbol { Name: "forward", IsOverride: true } forward)
        {
            return;
        }

        foreach (var attribute in forward.ContainingType.GetAttributes())
        {
            if (SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, unsplit)
                && attribute.ConstructorArguments.FirstOrDefault() is { Value: string obstacle })
            {
                context.ReportDiagnostic(Diagnostic.Create(Rule, forward.Locations[0], forward.ContainingType.Name, obstacle));
            }
        }
    }
}
