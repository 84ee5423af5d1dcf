using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1005;

/// <summary>FT1005: a count of layers to unfreeze that is below one.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnfreezeCountAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the attribute; {1}: the count.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.UnfreezeCount,
        "Count of layers to unfreeze out of range",
        "[{0}({1})] unfreezes nothing; expected at least 1",
        "Model",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A phase that unfreezes no layer trains the head alone, as FreezeBackbone does. Entering it throws.",
        RulePages.Of(RuleIds.UnfreezeCount));

    private static readonly string[] Counting =
        [MetadataNames.UnfreezeLastAttribute, MetadataNames.UnfreezeFirstAttribute, MetadataNames.GradualUnfreezeAttribute];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var counting = Counting.Select(start.Compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>().ToArray();
            if (counting.Length > 0)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, counting), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, INamedTypeSymbol[] counting)
    {
        foreach (var attribute in context.Symbol.GetAttributes())
        {
            if (counting.Contains(attribute.AttributeClass, SymbolEqualityComparer.Default)
                && attribute.ConstructorArguments.FirstOrDefault().Value is int and < 1 and var count
                && attribute.ApplicationSyntaxReference is { } place)
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(
                        Rule,
                        place.GetSyntax(context.CancellationToken).GetLocation(),
                        attribute.AttributeClass!.Name.Replace("Attribute", ""),
                        count));
            }
        }
    }
}
