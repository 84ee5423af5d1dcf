using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using NUnit.Framework;

namespace FineTune.Testing;

/// <summary>Runs analyzers over sources.</summary>
public static class AnalyzerVerifier
{
    /// <summary>
    /// Expects exactly the marked diagnostics of <typeparamref name="TAnalyzer"/>, none under a pragma and none in
    /// generated code; and where the rule is about TorchSharp alone, the same of a project that knows nothing of the runtime.
    /// </summary>
    /// <param name="markup">The source; <c>[|…|]</c> stands for a diagnostic with the id <paramref name="id"/>.</param>
    /// <param name="id">The id of the rule under test.</param>
    /// <param name="otherFiles">Further files of the compilation, without marks.</param>
    public static async Task Verify<TAnalyzer>(string markup, string id, params string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        await new RuleTest<TAnalyzer, EmptyCodeFixProvider>(id, [markup, .. otherFiles]).RunAsync();

        if (!id.StartsWith("FT3", StringComparison.Ordinal))
        {
            return;
        }

        // Some cases are about what the runtime does for plain TorchSharp: they do not compile without it.
        TestFileMarkupParser.GetSpans(markup, out var source, out ImmutableArray<TextSpan> _);
        if (Errors(Compilations.WithoutRuntime(Compilations.Create([source, .. otherFiles]))).Count > 0)
        {
            return;
        }

        await new RuleTest<TAnalyzer, EmptyCodeFixProvider>(id, [markup, .. otherFiles], knowsRuntime: false)
        {
            TestBehaviors = TestBehaviors.SkipSuppressionCheck | TestBehaviors.SkipGeneratedCodeCheck,
        }.RunAsync();
    }

    /// <summary>The diagnostics of one analyzer in one file. The sources must compile.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Diagnose(DiagnosticAnalyzer analyzer, string source, params string[] otherFiles)
    {
        var compilation = Compilations.Create([source, .. otherFiles]);
        AssertCompiles(compilation);
        return await DiagnoseFirst(compilation, analyzer);
    }

    /// <summary>
    /// The diagnostics of one analyzer in one file of a project that knows nothing of the runtime. The sources must compile there.
    /// </summary>
    public static async Task<ImmutableArray<Diagnostic>> DiagnoseWithoutRuntime(
        DiagnosticAnalyzer analyzer,
        string source,
        params string[] otherFiles)
    {
        var compilation = Compilations.WithoutRuntime(Compilations.Create([source, .. otherFiles]));
        AssertCompiles(compilation);
        return await DiagnoseFirst(compilation, analyzer);
    }

    /// <summary>The diagnostics of analyzers in a compilation. An exception in an analyzer fails the test.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Diagnose(Compilation compilation, params DiagnosticAnalyzer[] analyzers)
    {
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]),
            (exception, analyzer, _) => Assert.Fail($"{analyzer.GetType().Name} threw {exception}"),
            concurrentAnalysis: false,
            logAnalyzerExecutionTime: false);
        return await compilation.WithAnalyzers([.. analyzers], options).GetAnalyzerDiagnosticsAsync();
    }

    /// <summary>What keeps a compilation from compiling.</summary>
    public static IReadOnlyList<Diagnostic> Errors(Compilation compilation) =>
        [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];

    internal static void AssertCompiles(Compilation compilation) =>
        Assert.That(Errors(compilation), Is.Empty, "The source of the test must compile.");

    private static async Task<ImmutableArray<Diagnostic>> DiagnoseFirst(Compilation compilation, DiagnosticAnalyzer analyzer)
    {
        var file = compilation.SyntaxTrees.Single(tree => tree.FilePath == "Source0.cs");
        return [.. (await Diagnose(compilation, analyzer)).Where(diagnostic => diagnostic.Location.SourceTree == file)];
    }
}
