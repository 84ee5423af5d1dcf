using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1012;

/// <summary>FT1012: a count of layers to unfreeze that ends in the middle of a residual block.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CutBlockAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the count; {1}: how many leave the block frozen; {2}: how many unfreeze all of it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.CutBlock,
        "Unfreezing ends inside a residual block",
        "[UnfreezeLast({0})] ends inside a residual block, which learns as a whole: {1} would leave it frozen, {2} unfreeze all of it",
        "Model",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "What a residual block computes is added to its input, so that its layers fit together and to that input. Half of one frozen "
            + "and half of it learning is possible, and seldom what was meant; LayerUnit.Block counts blocks.",
        RulePages.Of(RuleIds.CutBlock));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(MetadataNames.UnfreezeLastAttribute) is { } unfreezeLast
                && TorchTypes.In(start.Compilation) is { } torch)
            {
                start.RegisterSymbolStartAction(
                    symbol => BackboneLayers.Count(symbol, torch, [unfreezeLast], Analyze),
                    SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, AttributeData attribute, BackboneLayers.Counted counted)
    {
        if (counted.Unit == "Block"
            || counted.Count < 1
            || counted.Count >= counted.Layers.Of(counted.Unit)
            || attribute.ApplicationSyntaxReference is not { } place)
        {
            return;
        }

        var layers = counted.Layers.Layers;
        var first = counted.Layers.FirstOfLast(counted.Count, counted.Unit);
        foreach (var (start, end) in counted.Layers.ResidualBlocks)
        {
            if (HasParameters(start, first) && HasParameters(first, end))
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Rule,
                    place.GetSyntax(context.CancellationToken).GetLocation(),
                    counted.Count,
                    counted.Layers.From(end, counted.Unit),
                    counted.Layers.From(start, counted.Unit)));
            }
        }

        bool HasParameters(int from, int to) => Enumerable.Range(from, Math.Max(to - from, 0)).Any(layer => layers[layer]);
    }
}
