using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.Tests.Corpus;

/// <summary>Which folder of the runtime may know which: <c>docs/architecture.md</c> draws the way of a batch through them.</summary>
public sealed class ArchitectureTests
{
    private const string Runtime = "src/FineTune";

    // Each may know those before it; the root has the one exception type.
    private static readonly string[] Order =
    [
        "",
        "CompilerServices",
        "Attributes",
        "Kernels",
        "Data",
        "Model",
        "Optimizers",
        "Losses",
        "Metrics",
        "Weights",
        "Vision",
        "Text",
        "Features",
        "Training",
        "Callbacks",
        "Recipes",
        "Reports",
    ];

    // What is left to be turned around: (who, knows whom).
    private static readonly (string, string)[] Exceptions =
    [
        // The cache reads Fit's options and writes its history.
        ("Features", "Training"),
    ];

    [Test]
    public void Folders_know_those_before_them_only()
    {
        var folder = Path.Combine(Repository.Root, Runtime);
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
        Assert.That(folders, Is.SubsetOf(Order), "a folder has a place in the order");
        var wrong = known.Where(pair => Array.IndexOf(Order, pair.Key.Item2) > Array.IndexOf(Order, pair.Key.Item1)).ToDictionary();
        Assert.That(wrong.Where(pair => !Exceptions.Contains(pair.Key)).Select(pair => $"{pair.Key}: {pair.Value}"), Is.Empty);
        Assert.That(Exceptions, Is.SubsetOf(wrong.Keys), "an exception that is none any more");

        string FolderOf(SyntaxTree tree) =>
            Path.GetDirectoryName(Path.GetRelativePath(folder, tree.FilePath))!.Split(Path.DirectorySeparatorChar)[0];
    }

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol is INamedTypeSymbol type ? type : symbol?.ContainingType;
}
