using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1002;

/// <summary>FT1002: an annotated class is not a module.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NotAModuleAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the annotated class.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.NotAModule,
        "Annotated class is not a module",
        "'{0}' says how it is fine-tuned, but does not derive from a TorchSharp Module",
        "Model",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The attributes describe the parts of a model: a class that derives from Module<Tensor, Tensor> or another TorchSharp module.",
        RulePages.Of(RuleIds.NotAModule));

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
                && start.Compilation.GetTypeByMetadataName(MetadataNames.Module) is { } module)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, annotated, module), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, AnnotatedClass annotated, INamedTypeSymbol module)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!annotated.Includes(type))
        {
            return;
        }

        for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            if (ancestor.TypeKind == TypeKind.Error || SymbolEqualityComparer.Default.Equals(ancestor, module))
            {
                return;
            }
        }

        context.ReportDiagnostic(Diagnostic.Create(Rule, type.Locations[0], type.Name));
    }
}
