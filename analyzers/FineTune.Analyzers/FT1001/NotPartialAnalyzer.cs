using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1001;

/// <summary>FT1001: an annotated class, or a type that contains it, is not partial, so that nothing can be generated into it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NotPartialAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the type that is not partial; {1}: the annotated class.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.NotPartial,
        "Annotated class is not partial",
        "'{0}' must be partial, so that freezing, registration and compiling can be generated into '{1}'",
        "Model",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The generator writes the other half of an annotated class. That needs the class, and every type around it, to be declared "
            + "partial.",
        RulePages.Of(RuleIds.NotPartial));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (AnnotatedClass.In(start.Compilation) is { } annotated)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, annotated), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, AnnotatedClass annotated)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!annotated.Includes(type) && !ContainsAnnotated(type, annotated))
        {
            return;
        }

        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(context.CancellationToken) is TypeDeclarationSyntax declaration
                && !declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Rule, declaration.Identifier.GetLocation(), type.Name, Annotated(type, annotated).Name));
            }
        }
    }

    private static bool ContainsAnnotated(INamedTypeSymbol type, AnnotatedClass annotated) =>
        type.GetTypeMembers().Any(inner => annotated.Includes(inner) || ContainsAnnotated(inner, annotated));

    private static INamedTypeSymbol Annotated(INamedTypeSymbol type, AnnotatedClass annotated) =>
        annotated.Includes(type)
            ? type
            : Annotated(type.GetTypeMembers().First(inner => annotated.Includes(inner) || ContainsAnnotated(inner, annotated)), annotated);
}
