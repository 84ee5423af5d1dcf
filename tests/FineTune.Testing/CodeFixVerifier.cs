using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using NUnit.Framework;

namespace FineTune.Testing;

/// <summary>
/// Applies the fixes of one rule: one by one until nothing is left to fix, and all at once over the document. Both must
/// give the expected text, which compiles, and which the fix leaves alone.
/// </summary>
public static class CodeFixVerifier
{
    private const int MostFixes = 20;

    // Projects made of one another share what they have read of their references, which is most of the time.
    private static readonly Lazy<Project> Empty = new(CreateEmpty);

    /// <summary>Expects the fix of <typeparamref name="TFix"/> to turn <paramref name="source"/> into <paramref name="expected"/>.</summary>
    public static async Task Verify<TAnalyzer, TFix>(string source, string expected, params string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var fix = new TFix();
        Assert.That(fix.GetFixAllProvider(), Is.Not.Null, "A fix has to work over a whole document.");

        var document = Open(source, otherFiles);
        Assert.That(await Diagnostics(document, new TAnalyzer(), fix), Is.Not.Empty, "There is nothing to fix.");
        Assert.That(await Text(await FixOneByOne(document, new TAnalyzer(), fix)), Is.EqualTo(expected), "one by one");
        Assert.That(await Text(await FixAll(document, new TAnalyzer(), fix)), Is.EqualTo(expected), "all at once");

        var after = Open(expected, otherFiles);
        AnalyzerVerifier.AssertCompiles((await after.Project.GetCompilationAsync())!);
        Assert.That(await Diagnostics(after, new TAnalyzer(), fix), Is.Empty, "The fixed source is flagged again.");
    }

    /// <summary>Expects that there is a diagnostic, and no fix for it.</summary>
    public static async Task VerifyNoFix<TAnalyzer, TFix>(string source, params string[] otherFiles)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var document = Open(source, otherFiles);
        var diagnostics = await Diagnostics(document, new TAnalyzer(), new TFix());
        Assert.That(diagnostics, Is.Not.Empty, "There is nothing to fix.");
        foreach (var diagnostic in diagnostics)
            Assert.That(await Actions(document, diagnostic, new TFix()), Is.Empty);
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
            foreach (var fix in fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id) && diagnostic.Location.SourceTree == tree))
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
            project = project.AddDocument($"Source{i + 1}.cs", otherFiles[i], filePath: $"Source{i + 1}.cs").Project;
        return project.AddDocument("Source0.cs", source, filePath: "Source0.cs");
    }

    private static async Task<Document> FixOneByOne(Document document, DiagnosticAnalyzer analyzer, CodeFixProvider fix)
    {
        for (var i = 0; i < MostFixes; i++)
        {
            CodeAction? action = null;
            foreach (var diagnostic in await Diagnostics(document, analyzer, fix))
            {
                action = (await Actions(document, diagnostic, fix)).FirstOrDefault();
                if (action is not null)
                    break;
            }

            if (action is null)
                return document;
            Assert.That(action.EquivalenceKey, Is.Not.Null.And.Not.Empty);
            document = await Apply(document, action);
        }

        Assert.Fail("Fixing does not come to an end.");
        return document;
    }

    private static async Task<Document> FixAll(Document document, DiagnosticAnalyzer analyzer, CodeFixProvider fix)
    {
        for (var i = 0; i < MostFixes; i++)
        {
            var diagnostics = await Diagnostics(document, analyzer, fix);
            var key = (await Task.WhenAll(diagnostics.Select(diagnostic => Actions(document, diagnostic, fix))))
                .SelectMany(actions => actions).FirstOrDefault()?.EquivalenceKey;
            if (key is null)
                return document;
            var context = new FixAllContext(document, fix, FixAllScope.Document, key, fix.FixableDiagnosticIds, new Provider(analyzer, fix), default);
            if (await fix.GetFixAllProvider()!.GetFixAsync(context) is not { } action)
                return document;
            document = await Apply(document, action);
        }

        Assert.Fail("Fixing all does not come to an end.");
        return document;
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

    private static async Task<ImmutableArray<Diagnostic>> Diagnostics(Document document, DiagnosticAnalyzer analyzer, CodeFixProvider fix)
    {
        var compilation = (await document.Project.GetCompilationAsync())!;
        AnalyzerVerifier.AssertCompiles(compilation);
        var tree = await document.GetSyntaxTreeAsync();
        return
        [
            .. (await AnalyzerVerifier.Diagnose(compilation, analyzer))
                .Where(diagnostic => diagnostic.Location.SourceTree == tree && fix.FixableDiagnosticIds.Contains(diagnostic.Id))
                .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start),
        ];
    }

    private static async Task<string> Text(Document document) => (await document.GetTextAsync()).ToString();

    private sealed class Provider(DiagnosticAnalyzer analyzer, CodeFixProvider fix) : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            await AnalyzerVerifier.Diagnose((await project.GetCompilationAsync(cancellationToken))!, analyzer);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            await Diagnostics(document, analyzer, fix);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
