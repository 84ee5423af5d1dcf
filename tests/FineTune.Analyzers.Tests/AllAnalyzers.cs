using FineTune.Analyzers.FT2001;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.Tests;

/// <summary>Every analyzer that users get.</summary>
internal static class AllAnalyzers
{
    public static DiagnosticAnalyzer[] Create() =>
        [.. typeof(StaleCompilationAnalyzer).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type))
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];
}
