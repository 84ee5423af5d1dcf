using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1005;

/// <summary>FT1005: a count of layers to unfreeze that is below one, or beyond what the backbone has.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnfreezeCountAnalyzer : DiagnosticAnalyzer
{
    /// <summary>
    /// {0}: the attribute; {1}: the count; {2}: what is wrong with it. An error below one, a warning where there are fewer.
    /// </summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.UnfreezeCount,
        "Count of layers to unfreeze out of range",
        "[{0}({1})] {2}",
        "Model",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A phase that unfreezes no layer trains the head alone, as FreezeBackbone does. Entering it throws. One that asks for more "
            + "layers than there are unfreezes the whole backbone.",
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

            var counted = counting.Where(type => type.Name != "GradualUnfreezeAttribute").ToArray();
            if (counted.Length > 0 && TorchTypes.In(start.Compilation) is { } torch)
            {
                start.RegisterSymbolStartAction(
                    symbol => BackboneLayers.Count(symbol, torch, counted, AnalyzeBeyond),
                    SymbolKind.NamedType);
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
                        NameOf(attribute),
                        count,
                        "unfreezes nothing; expected at least 1"));
            }
        }
    }

    private static void AnalyzeBeyond(SymbolAnalysisContext context, AttributeData attribute, BackboneLayers.Counted counted)
    {
        var most = counted.Layers.Of(counted.Unit);
        if (counted.Count <= most || attribute.ApplicationSyntaxReference is not { } place)
        {
            return;
        }

        var units = counted.Unit switch { "Block" => "blocks", "Parameterized" => "layers with parameters", _ => "layers" };
        context.ReportDiagnostic(Diagnostic.Create(
            Rule,
            place.GetSyntax(context.CancellationToken).GetLocation(),
            DiagnosticSeverity.Warning,
            additionalLocations: null,
            properties: null,
            NameOf(attribute), counted.Count, $"asks for more than the {most} {units} that the backbone has, and unfreezes all of it"));
    }

    private static string NameOf(AttributeData attribute) => attribute.AttributeClass!.Name.Replace("Attribute", "");
}
