using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TorchSharp;

namespace FineTune.Testing;

/// <summary>
/// Builds compilations from source text: the SDK's reference assemblies, FineTune and TorchSharp. Nothing is downloaded.
/// </summary>
public static class Compilations
{
    private static readonly Lazy<ImmutableArray<MetadataReference>> AllReferences = new(FindReferences);

    // TorchSharp refers to an older System.Runtime; the SDK keeps silent about that in every project.
    private static readonly ImmutableDictionary<string, ReportDiagnostic> NewerReferences = ImmutableDictionary<string, ReportDiagnostic>
        .Empty.Add("CS1701", ReportDiagnostic.Suppress)
        .Add("CS1702", ReportDiagnostic.Suppress);

    // Compilations made of one another share what they have read of their references, which is most of the time.
    private static readonly Lazy<CSharpCompilation> Empty = new(() =>
        CSharpCompilation.Create("Demo", references: References, options: Options));

    private static readonly Lazy<CSharpCompilation> EmptyWithoutRuntime = new(() =>
        Empty.Value.WithReferences(ReferencesWithoutRuntime));

    /// <summary>What a user's project references.</summary>
    public static ImmutableArray<MetadataReference> References => AllReferences.Value;

    /// <summary>What a project references that has TorchSharp and knows nothing of the runtime.</summary>
    public static IEnumerable<MetadataReference> ReferencesWithoutRuntime =>
        References.Where(reference => reference.Display != typeof(IFineTunable).Assembly.Location);

    /// <summary>The language version of the SDK: preview is what the referenced Roslyn calls C# 14.</summary>
    public static CSharpParseOptions ParseOptions { get; } =
        new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    /// <summary>Nullable on, documentation checked, every warning shown that the SDK would show.</summary>
    public static CSharpCompilationOptions Options { get; } = new(
        OutputKind.DynamicallyLinkedLibrary,
        nullableContextOptions: NullableContextOptions.Enable,
        warningLevel: int.MaxValue,
        allowUnsafe: true,
        specificDiagnosticOptions: NewerReferences);

    /// <summary>Compiles sources that see the namespaces a user's file would, without stating them.</summary>
    public static CSharpCompilation Create(params IEnumerable<string> sources) =>
        CreateFromTrees(sources.Select((source, i) => Parse(source, $"Source{i}.cs")).Prepend(Parse(GlobalUsings, GlobalUsingsFile)));

    /// <summary>Compiles exactly these trees.</summary>
    public static CSharpCompilation CreateFromTrees(params IEnumerable<SyntaxTree> trees) =>
        Empty.Value.AddSyntaxTrees(trees);

    /// <summary>The same sources in a project that has TorchSharp and knows nothing of the runtime.</summary>
    public static CSharpCompilation WithoutRuntime(CSharpCompilation compilation) =>
        EmptyWithoutRuntime.Value.WithOptions(compilation.Options).AddSyntaxTrees(compilation.SyntaxTrees.Select(tree =>
            tree.FilePath == GlobalUsingsFile ? Parse(GlobalUsingsWithoutRuntime, GlobalUsingsFile) : tree));

    /// <summary>Parses a source as a file of that name.</summary>
    public static SyntaxTree Parse(string source, string path) =>
        CSharpSyntaxTree.ParseText(source, ParseOptions, path, System.Text.Encoding.UTF8);

    /// <summary>The file of <see cref="GlobalUsings"/>.</summary>
    public const string GlobalUsingsFile = "GlobalUsings.cs";

    /// <summary>What the SDK and a project that fine-tunes would import for every file.</summary>
    public const string GlobalUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using FineTune;
        global using TorchSharp;
        global using TorchSharp.Modules;
        global using static TorchSharp.torch;
        global using static TorchSharp.torch.nn;
        """;

    /// <summary>The same in a project that knows nothing of the runtime.</summary>
    public static string GlobalUsingsWithoutRuntime { get; } =
        GlobalUsings.Replace("global using FineTune;\n", "", StringComparison.Ordinal);

    private static ImmutableArray<MetadataReference> FindReferences()
    {
        var folder = typeof(Compilations).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "ReferenceAssemblies").Value!;
        string[] ours = [typeof(IFineTunable).Assembly.Location, typeof(torch).Assembly.Location, typeof(torchvision).Assembly.Location];
        return [.. Directory.EnumerateFiles(folder, "*.dll").Concat(ours).Select(path => MetadataReference.CreateFromFile(path))];
    }
}
