using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Benchmarks;

/// <summary>Looks at every operation and does nothing: what any build pays for the analyzers that the SDK brings, before ours.</summary>
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
        context.RegisterOperationAction(_ => { }, OperationKind.Invocation);
        context.RegisterSymbolAction(_ => { }, SymbolKind.NamedType);
    }
}
