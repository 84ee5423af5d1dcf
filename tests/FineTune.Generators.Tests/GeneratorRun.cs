using System.Collections.Immutable;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Tests;

/// <summary>The generator over one compilation, and over what becomes of it after edits.</summary>
internal sealed class GeneratorRun
{
    private GeneratorDriver driver = CSharpGeneratorDriver.Create(
        [new FineTuneGenerator().AsSourceGenerator()],
        parseOptions: Compilations.ParseOptions,
        driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private GeneratorRun(Compilation compilation) => Edit(compilation);

    /// <summary>What went in last.</summary>
    public Compilation Input { get; private set; } = null!;

    /// <summary>What came out: the input and the generated files.</summary>
    public Compilation Output { get; private set; } = null!;

    /// <summary>What the generator itself reported; an exception of its is one.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; private set; }

    public GeneratorDriverRunResult Result => driver.GetRunResult();

    public ImmutableArray<GeneratedSourceResult> Files => Result.Results[0].GeneratedSources;

    public static GeneratorRun Over(params IEnumerable<string> sources) => new(Compilations.Create(sources));

    public static GeneratorRun Over(Compilation compilation) => new(compilation);

    /// <summary>Runs again, as an editor does after each key.</summary>
    public void Edit(Compilation compilation)
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        (Input, Output, Diagnostics) = (compilation, output, diagnostics);
    }
}
