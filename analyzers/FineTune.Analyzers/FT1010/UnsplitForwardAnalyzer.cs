using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1010;

/// <summary>FT1010: a forward pass that the generator could not cut in two, or not inside a backbone.</summary>
/// <remarks>The generator knows why, and may report nothing itself: it states the reason in an attribute of the generated part.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnsplitForwardAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the annotated class; {1}: how it is not cut; {2}: what stands in the way; {3}: what is computed again.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.UnsplitForward,
        "Forward pass that cannot be split",
        "The forward pass of '{0}' is not cut {1}, because {2}; it trains, but {3} is computed again in every epoch",
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
                start.RegisterSymbolAction(symbol => AnalyzeForward(symbol, attribute), SymbolKind.Method);
                start.RegisterSymbolAction(symbol => AnalyzeBackbone(symbol, attribute), SymbolKind.Field, SymbolKind.Property);
            }
        });
    }

    private static void AnalyzeForward(SymbolAnalysisContext context, INamedTypeSymbol unsplit)
    {
        if (context.Symbol is IMethodSymbol { Name: "forward", IsOverride: true })
        {
            Report(context, unsplit, backbone: null, "into a frozen and a trainable half", "what is frozen");
        }
    }

    private static void AnalyzeBackbone(SymbolAnalysisContext context, INamedTypeSymbol unsplit) =>
        Report(
            context,
            unsplit,
            context.Symbol.Name,
            $"inside the backbone '{context.Symbol.Name}'",
            "what is frozen of the backbone while other parts of it train");

    private static void Report(SymbolAnalysisContext context, INamedTypeSymbol unsplit, string? backbone, string how, string again)
    {
        foreach (var attribute in context.Symbol.ContainingType.GetAttributes())
        {
            if (SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, unsplit)
                && attribute.ConstructorArguments.FirstOrDefault() is { Value: string obstacle }
                && attribute.NamedArguments.FirstOrDefault(argument => argument.Key == "Backbone").Value.Value as string == backbone)
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Rule, context.Symbol.Locations[0], context.Symbol.ContainingType.Name, how, obstacle, again));
            }
        }
    }
}
