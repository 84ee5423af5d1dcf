using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FineTune.Generators;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.Benchmarks;

/// <summary>What the compiler is given: sources as text, and all that a build states on its command line.</summary>
internal sealed class CompilerInput
{
    private readonly string assembly;
    private readonly ImmutableArray<(string Path, SourceText Text)> files;
    private readonly ImmutableArray<MetadataReference> references;
    private readonly CSharpParseOptions parseOptions;
    private readonly CSharpCompilationOptions options;

    private CompilerInput(
        string name, string assembly, ImmutableArray<(string, SourceText)> files, ImmutableArray<MetadataReference> references,
        CSharpParseOptions parseOptions, CSharpCompilationOptions options)
    {
        Name = name;
        this.assembly = assembly;
        this.files = files;
        this.references = references;
        this.parseOptions = parseOptions;
        this.options = options.WithConcurrentBuild(false);
    }

    public string Name { get; }

    public int Files => files.Length;

    /// <summary>Sources that see the namespaces a user's file would.</summary>
    public static CompilerInput Of(string name, params IEnumerable<string> sources) =>
        new(
            name,
            "Demo",
            [.. sources.Prepend(Compilations.GlobalUsings).Select((text, i) => ($"Source{i}.cs", SourceText.From(text, Encoding.UTF8)))],
            Compilations.References,
            Compilations.ParseOptions,
            Compilations.Options);

    /// <summary>
    /// Exactly what a build of the project hands to the compiler; what other generators than ours write is taken as it is.
    /// </summary>
    /// <exception cref="InvalidOperationException">The project does not build.</exception>
    public static CompilerInput OfProject(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        var generated = Directory.CreateTempSubdirectory("generated").FullName;
        try
        {
            // The newest version of the language that is known by number may be older than the SDK's.
            var parsed = CSharpCommandLineParser.Default.Parse(
                [
                    .. CommandLine(project, generated)
                        .Select(argument =>
                            argument.StartsWith("/langversion:", StringComparison.Ordinal) ? "/langversion:preview" : argument),
                ],
                folder,
                sdkDirectory: null);
            var others = Directory
                .EnumerateFiles(generated, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains(typeof(FineTuneGenerator).FullName!, StringComparison.Ordinal));
            return new(
                Path.GetFileNameWithoutExtension(project),
                parsed.CompilationName ?? Path.GetFileNameWithoutExtension(project),
                [
                    .. parsed
                        .SourceFiles.Select(file => file.Path)
                        .Concat(others)
                        .Select(file => (file, SourceText.From(File.ReadAllText(file), Encoding.UTF8))),
                ],
                [.. parsed.MetadataReferences.Select(reference => MetadataReference.CreateFromFile(reference.Reference))],
                parsed.ParseOptions,
                parsed.CompilationOptions.WithGeneralDiagnosticOption(ReportDiagnostic.Default));
        }
        finally
        {
            Directory.Delete(generated, recursive: true);
        }
    }

    /// <summary>Parses the sources and runs the generator, as every build does first.</summary>
    public CSharpCompilation Create()
    {
        var before = CSharpCompilation.Create(
            assembly, files.Select(file => CSharpSyntaxTree.ParseText(file.Text, parseOptions, file.Path)), references, options);
        CSharpGeneratorDriver.Create([new FineTuneGenerator().AsSourceGenerator()], parseOptions: parseOptions)
            .RunGeneratorsAndUpdateCompilation(before, out var after, out _);
        return (CSharpCompilation)after;
    }

    private static bool HasSeveralFrameworks(string project) =>
        File.ReadAllText(project).Contains("<TargetFrameworks>", StringComparison.Ordinal);

    private static string[] CommandLine(string project, string generated)
    {
        string[] question =
        [
            "msbuild",
            project,
            "-t:Compile",
            "-getItem:CscCommandLineArgs",
            "-p:Configuration=Release",
            .. HasSeveralFrameworks(project) ? ["-p:TargetFramework=net10.0"] : Array.Empty<string>(),
            "-p:ProvideCommandLineArgs=true",
            "-p:NonExistentFile=none",
            "-p:BuildProjectReferences=false",
            "-p:EmitCompilerGeneratedFiles=true",
            $"-p:CompilerGeneratedFilesOutputPath={generated}",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", question) { RedirectStandardOutput = true })!;
        var answer = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode != 0)
        {
            var errors = answer.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal));
            throw new InvalidOperationException($"'{project}' does not build: {string.Join('\n', errors)}");
        }

        using var json = JsonDocument.Parse(answer);
        return
        [
            .. json
                .RootElement.GetProperty("Items")
                .GetProperty("CscCommandLineArgs")
                .EnumerateArray()
                .Select(item => item.GetProperty("Identity").GetString()!),
        ];
    }
}
