using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1006;

/// <summary>FT1006: a learning rate that is none, or one for fine-tuning that is too near to the head's.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LearningRateAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the sentence; an error where the rate is none, a warning or less where it is only too high.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.LearningRate,
        "Learning rate out of range",
        "{0}",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Pre-trained weights survive a tenth of the head's rate or less; at the head's own rate they are forgotten before the head "
            + "has learnt. A rate that is not finite and positive trains nothing, or destroys everything.",
        RulePages.Of(RuleIds.LearningRate));

    /// <summary>The property that says what rate would be gentle, where that is known.</summary>
    internal const string GentleProperty = "gentle";

    // Nearer than this the pre-trained part is at risk, further away it is safe. Rates are decimal: 3e-5 is just 3 times 1e-5.
    private const double SafeFactor = 3 * (1 - 1e-9);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(MetadataNames.FineTuneLRAttribute) is { } fineTune
                && start.Compilation.GetTypeByMetadataName(MetadataNames.HeadAttribute) is { } head)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, fineTune, head), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, INamedTypeSymbol fineTune, INamedTypeSymbol head)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var heads = type.GetMembers().Select(member => Rate(member, head)).OfType<Stated>().ToList();
        var gentle = type.GetMembers().Append(type).Select(symbol => Rate(symbol, fineTune)).OfType<Stated>().ToList();
        foreach (var rate in heads.Concat(gentle).Where(rate => !rate.IsOne))
        {
            Report(rate, DiagnosticSeverity.Error, $"{Text(rate.Value)} is no learning rate; expected a finite, positive number");
        }

        // The lowest of the heads' rates: what is gentle beside that is gentle beside all.
        if (heads.Where(rate => rate.IsOne).OrderBy(rate => rate.Value).FirstOrDefault() is not { } lowest)
        {
            return;
        }

        foreach (var rate in gentle.Where(rate => rate.IsOne))
        {
            if (rate.Value >= lowest.Value)
            {
                Report(
                    rate,
                    DiagnosticSeverity.Warning,
                    $"Fine-tuning at {Text(rate.Value)} is not below the head's {Text(lowest.Value)}; pre-trained weights survive a "
                        + "tenth of it or less",
                    lowest.Value / 10);
            }
            else if (rate.Value * SafeFactor > lowest.Value)
            {
                Report(
                    rate,
                    DiagnosticSeverity.Info,
                    $"Fine-tuning at {Text(rate.Value)} is near to the head's {Text(lowest.Value)}; a tenth of it is the usual",
                    lowest.Value / 10);
            }
        }

        void Report(Stated rate, DiagnosticSeverity severity, string sentence, double? gentle = null)
        {
            var properties = ImmutableDictionary<string, string?>.Empty;
            if (gentle is { } value)
            {
                properties = properties.Add(GentleProperty, Text(value));
            }

            context.ReportDiagnostic(Diagnostic.Create(Rule, rate.Place, severity, additionalLocations: null, properties, sentence));
        }
    }

    private static Stated? Rate(ISymbol symbol, INamedTypeSymbol attribute)
    {
        var found = symbol
            .GetAttributes()
            .FirstOrDefault(candidate => SymbolEqualityComparer.Default.Equals(candidate.AttributeClass, attribute));
        if (found?.ApplicationSyntaxReference is not { } place)
        {
            return null;
        }

        var value = found.NamedArguments.FirstOrDefault(argument => argument.Key == "LearningRate").Value.Value
            ?? found.ConstructorArguments.FirstOrDefault().Value;
        return value is double rate ? new(rate, place.GetSyntax().GetLocation()) : null;
    }

    private static string Text(double rate) => rate.ToString("0.######e+0", CultureInfo.InvariantCulture);

    private sealed record Stated(double Value, Location Place)
    {
        public bool IsOne => Value > 0 && !double.IsInfinity(Value);
    }
}
