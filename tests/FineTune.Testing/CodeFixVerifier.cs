using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using NUnit.Framework;

namespace FineTune.Testing;

/// <summary>Applies the fixes of a rule.</summary>
public static class CodeFixVerifier
{
    // Projects made of one another share what they have read of their references, which is most of the time.
    private static readonly Lazy<Project> Empty = new(CreateEmpty);

    /// <summary>
    /// Expects the fix of <typeparamref name="TFix"/> to turn <paramref name="source"/> into <paramref name="expected"/>,
    /// one by one until nothing is left to fix, and all at once over the document.
    /// </summary>
    public static async Task Verify<TAnalyzer, TFix>(string source, string expected, params string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var test = new RuleTest<TAnalyzer, TFix>(id: null, [source, .. otherFiles]);
        test.TestState.ExpectedDiagnostics.AddRange(await Expected<TAnalyzer>(source, otherFiles));
        foreach (var file in test.TestState.Sources)
        {
            test.FixedState.Sources.Add(file);
        }

        test.FixedState.Sources[0] = (test.TestState.Sources[0].filename, SourceText.From(expected));
        await Run(test);
    }

    /// <summary>Expects that there is a diagnostic, and no fix for it.</summary>
    public static async Task VerifyNoFix<TAnalyzer, TFix>(string source, params string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var test = new RuleTest<TAnalyzer, TFix>(id: null, [source, .. otherFiles]);
        var expected = await Expected<TAnalyzer>(source, otherFiles);
        test.TestState.ExpectedDiagnostics.AddRange(expected);
        test.FixedState.ExpectedDiagnostics.AddRange(expected);
        foreach (var file in test.TestState.Sources)
        {
            test.FixedState.Sources.Add(file);
        }

        await Run(test);
    }

    /// <summary>What the fix of a rule is called in the menu of an editor, at each place that the rule flags.</summary>
    public static async Task<string[]> Titles<TAnalyzer, TFix>(string source, params string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var document = Open(source, otherFiles);
        var titles = new List<string>();
        foreach (var diagnostic in await AnalyzerVerifier.Diagnose((await document.Project.GetCompilationAsync())!, new TAnalyzer()))
        {
            titles.AddRange((await Actions(document, diagnostic, new TFix())).Select(static action => action.Title));
        }

        return [.. titles];
    }

    /// <summary>Makes every fix of every diagnostic in a source that need not compile, each for itself.</summary>
    /// <returns>How many were made.</returns>
    public static async Task<int> MakeAll(string source, DiagnosticAnalyzer[] analyzers, IReadOnlyList<CodeFixProvider> fixes)
    {
        var document = Open(source, []);
        var tree = await document.GetSyntaxTreeAsync();
        var made = 0;
        foreach (var diagnostic in await AnalyzerVerifier.Diagnose((await document.Project.GetCompilationAsync())!, analyzers))
        {
            foreach (var fix in fixes.Where(fix =>
                fix.FixableDiagnosticIds.Contains(diagnostic.Id) && diagnostic.Location.SourceTree == tree))
            {
                foreach (var action in await Actions(document, diagnostic, fix))
                {
                    await Apply(document, action);
                    made++;
                }
            }
        }

        return made;
    }

    // That the rule is silent under a pragma and in generated code, its own cases say.
    private static Task Run<TAnalyzer, TFix>(RuleTest<TAnalyzer, TFix> test)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        test.TestBehaviors = TestBehaviors.SkipSuppressionCheck | TestBehaviors.SkipGeneratedCodeCheck;
        return test.RunAsync();
    }

    private static async Task<List<DiagnosticResult>> Expected<TAnalyzer>(string source, string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var found = await AnalyzerVerifier.Diagnose(new TAnalyzer(), source, otherFiles);
        Assert.That(found, Is.Not.Empty, "There is nothing to fix.");
        return [.. found.Select(diagnostic => (diagnostic.Id, diagnostic.Severity, diagnostic.Location.GetLineSpan().Span))
            .Select(at => new DiagnosticResult(at.Id, at.Severity)
                .WithSpan(at.Span.Start.Line + 1, at.Span.Start.Character + 1, at.Span.End.Line + 1, at.Span.End.Character + 1)
                .WithOptions(DiagnosticOptions.IgnoreAdditionalLocations))];
    }

    private static Project CreateEmpty()
    {
        var project = new AdhocWorkspace().CurrentSolution
            .AddProject("Demo", "Demo", LanguageNames.CSharp)
            .WithParseOptions(Compilations.ParseOptions)
            .WithCompilationOptions(Compilations.Options)
            .WithMetadataReferences(Compilations.References)
            .AddDocument("GlobalUsings.cs", Compilations.GlobalUsings, filePath: "GlobalUsings.cs").Project;
        _ = project.GetCompilationAsync().GetAwaiter().GetResult();
        return project;
    }

    private static Document Open(string source, string[] otherFiles)
    {
        var project = Empty.Value;
        for (var i = 0; i < otherFiles.Length; i++)
        {
            project = project.AddDocument($"Source{i + 1}.cs", otherFiles[i], filePath: $"Source{i + 1}.cs").Project;
        }

        return project.AddDocument("Source0.cs", source, filePath: "Source0.cs");
    }

    private static async Task<List<CodeAction>> Actions(Document document, Diagnostic diagnostic, CodeFixProvider fix)
    {
        var actions = new List<CodeAction>();
        await fix.RegisterCodeFixesAsync(new(document, diagnostic, (action, _) => actions.Add(action), default));
        return actions;
    }

    private static async Task<Document> Apply(Document document, CodeAction action)
    {
        var operation = (await action.GetOperationsAsync(default)).OfType<ApplyChangesOperation>().Single();
        return operation.ChangedSolution.GetDocument(document.Id)!;
    }
}
