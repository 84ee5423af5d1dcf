using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Benchmarks;

/// <summary>
/// Has all bodies bound and looks at every operation: what any build pays for the analyzers that the SDK brings, before ours. The
/// compiler charges the binding of a body to the first rule that asks for it, though all that come after find it done.
/// </summary>
#pragma warning disable RS1036, RS1038, RS1041, RS2008 // It is never loaded into a compiler.
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class IdleAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Rule = new(
        "IDLE",
        "Idle",
        "Idle",
        "Idle",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            foreach (var file in start.Compilation.SyntaxTrees)
            {
#pragma warning disable RS1030 // The models that all analyzers share.
                var model = start.Compilation.GetSemanticModel(file);
#pragma warning restore RS1030
                foreach (var body in file.GetRoot().DescendantNodes().Where(node => node is BaseMethodDeclarationSyntax
                    or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax))
                {
                    _ = model.GetOperation(body)?.Descendants().Count();
                }
            }

            start.RegisterOperationAction(_ => { }, OperationKind.Invocation);
        });
        context.RegisterSymbolAction(_ => { }, SymbolKind.NamedType);
    }
}
