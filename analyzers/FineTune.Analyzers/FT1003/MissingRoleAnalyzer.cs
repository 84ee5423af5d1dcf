using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1003;

/// <summary>FT1003: a class with fine-tuning attributes that has no backbone, or no head.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingRoleAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the annotated class; {1}: the attribute that is missing; {2}: what to mark with it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.MissingRole,
        "Annotated class without a backbone or a head",
        "'{0}' has attributes for fine-tuning, but no part of it is marked [{1}]; mark {2}",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Fine-tuning freezes and unfreezes the backbone under a head that always trains: without a backbone there is nothing to "
            + "freeze, and without a head nothing trains while it is frozen.",
        RulePages.Of(RuleIds.MissingRole));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (AnnotatedClass.In(start.Compilation) is { } annotated
                && start.Compilation.GetTypeByMetadataName(MetadataNames.BackboneAttribute) is { } backbone
                && start.Compilation.GetTypeByMetadataName(MetadataNames.HeadAttribute) is { } head)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, annotated, backbone, head), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, AnnotatedClass annotated, INamedTypeSymbol backbone, INamedTypeSymbol head)
    {
        // Of an abstract class, a derived one may have what it lacks.
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.IsAbstract || !annotated.Includes(type))
        {
            return;
        }

        if (!Marks(type, backbone))
        {
            Report("Backbone", "the pre-trained part");
        }

        if (!Marks(type, head))
        {
            Report("Head", "the part that starts from random weights");
        }

        void Report(string attribute, string part) =>
            context.ReportDiagnostic(Diagnostic.Create(Rule, type.Locations[0], type.Name, attribute, part));
    }

    private static bool Marks(INamedTypeSymbol? type, INamedTypeSymbol role)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.TypeKind == TypeKind.Error
                || type.GetMembers()
                    .Any(member =>
                        member.GetAttributes().Any(attribute => SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, role))))
            {
                return true;
            }
        }

        return false;
    }
}
