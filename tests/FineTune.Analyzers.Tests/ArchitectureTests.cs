using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.Tests;

/// <summary>Which folder of a project may know which: <c>docs/architecture.md</c> draws the way of a batch through the runtime's.</summary>
public sealed class ArchitectureTests
{
    // Each may know those before it; the root has what is said to the user, the exception and the warning, and the tensors of a batch.
    private static readonly string[] Runtime =
    [
        "",
        "CompilerServices",
        "Attributes",
        "Kernels",
        "Onnx",
        "Data",
        "Model",
        "Optimizers",
        "Losses",
        "Metrics",
        "Weights",
        "Vision",
        "Text",
        "Pretrained",
        "Features",
        "Training",
        "Prediction",
        "Export",
        "Callbacks",
        "Recipes",
        "Reports",
    ];

    private static IEnumerable<TestCaseData> Projects()
    {
        yield return new TestCaseData("src/FineTune", Runtime).SetArgDisplayNames("runtime");

        // What reads a class and what writes its file know the value between them, and not each other; the root joins them.
        yield return Generator("Parsing", "Emission");
        yield return Generator("Emission", "Parsing");

        // What follows code knows nothing of what is followed, and that knows no rule; the root has what all of them use.
        string[] shared =
            ["", "Flow", "AnnotatedClasses", "Optimizers", "CompiledModels", "Registration", "Scopes", "Activations", "TrainingLoops"];
        string[] rules =
        [
            .. Directory
                .EnumerateDirectories(Path.Combine(Repository.Root, "analyzers/FineTune.Analyzers"), "FT*")
                .Select(folder => Path.GetFileName(folder)!),
        ];
        yield return Analyzers("rules in order", [.. shared, .. rules]);
        yield return Analyzers("rules backwards", [.. shared, .. rules.Reverse()]);
    }

    private static TestCaseData Analyzers(string what, string[] order) =>
        new TestCaseData("analyzers/FineTune.Analyzers", order).SetArgDisplayNames($"analyzers, {what}");

    private static TestCaseData Generator(string one, string other) =>
        new TestCaseData("src/FineTune.Generators", new[] { "Polyfills", "Model", one, other, "" })
            .SetArgDisplayNames($"generator, {one} without {other}");

    [TestCaseSource(nameof(Projects))]
    public void Folders_know_those_before_them_only(string project, string[] order)
    {
        var folder = Path.Combine(Repository.Root, project);
        var compilation = SourceFolder.Compile(folder);
        var known = new Dictionary<(string, string), string>();
        foreach (var tree in compilation.SyntaxTrees.Where(tree => Path.IsPathRooted(tree.FilePath)))
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (TypeOf(model.GetSymbolInfo(name).Symbol)?.DeclaringSyntaxReferences.FirstOrDefault() is { } declaration)
                {
                    known.TryAdd((FolderOf(tree), FolderOf(declaration.SyntaxTree)), $"{Path.GetFileName(tree.FilePath)} knows {name}");
                }
            }
        }

        var folders = known.Keys.Select(pair => pair.Item1).ToHashSet();
        Assert.That(folders, Is.SubsetOf(order), "a folder has a place in the order");
        var wrong = known.Where(pair => Array.IndexOf(order, pair.Key.Item2) > Array.IndexOf(order, pair.Key.Item1)).ToList();
        Assert.That(wrong.Select(pair => $"{pair.Key}: {pair.Value}"), Is.Empty);

        string FolderOf(SyntaxTree tree) =>
            Path.GetDirectoryName(Path.GetRelativePath(folder, tree.FilePath))!.Split(Path.DirectorySeparatorChar)[0];
    }

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol is INamedTypeSymbol type ? type : symbol?.ContainingType;
}
