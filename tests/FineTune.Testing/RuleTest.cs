using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace FineTune.Testing;

/// <summary>
/// One rule, and perhaps its fix, over sources of a project that has TorchSharp and, unless told otherwise, the runtime.
/// Nothing is downloaded.
/// </summary>
internal sealed class RuleTest<TAnalyzer, TFix> : CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier>
    where TAnalyzer : DiagnosticAnalyzer, new()
    where TFix : CodeFixProvider, new()
{
    private readonly string? id;

    /// <param name="id">The rule that <c>[|…|]</c> stands for; null where nothing is marked.</param>
    /// <param name="sources">The files of the project, the marked one first.</param>
    /// <param name="knowsRuntime">Whether the project refers to the runtime.</param>
    public RuleTest(string? id, IEnumerable<string> sources, bool knowsRuntime = true)
    {
        this.id = id;
        ReferenceAssemblies = new ReferenceAssemblies("net10.0");
        TestState.AdditionalReferences.AddRange(knowsRuntime ? Compilations.References : Compilations.ReferencesWithoutRuntime);
        foreach (var source in sources)
        {
            TestState.Sources.Add(source);
        }

        TestState.Sources.Add(
            (Compilations.GlobalUsingsFile, knowsRuntime ? Compilations.GlobalUsings : Compilations.GlobalUsingsWithoutRuntime));

        // A fix that works over a document works over the documents of a project, which costs as much again for each.
        CodeFixTestBehaviors = CodeFixTestBehaviors.SkipFixAllInProjectCheck | CodeFixTestBehaviors.SkipFixAllInSolutionCheck;
        CodeActionVerifier = static (action, verify) =>
            verify.False(string.IsNullOrEmpty(action.EquivalenceKey), "An action needs a key to be made all at once.");
    }

    protected override DiagnosticDescriptor? GetDefaultDiagnostic(DiagnosticAnalyzer[] analyzers) =>
        analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).FirstOrDefault(rule => rule.Id == id);

    protected override CompilationOptions CreateCompilationOptions() => Compilations.Options;

    protected override ParseOptions CreateParseOptions() => Compilations.ParseOptions;
}
