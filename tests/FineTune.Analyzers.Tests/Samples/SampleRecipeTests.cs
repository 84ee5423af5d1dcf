using FineTune.Analyzers.FT2001;
using FineTune.Generators;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Analyzers.Tests.Samples;

/// <summary>The sample's own sources, with what the generator makes of them, under the flagship rule.</summary>
public sealed class SampleRecipeTests
{
    [Test]
    public async Task As_it_is_the_recipe_is_clean() =>
        Assert.That(await AnalyzerVerifier.Diagnose(Sample(keepsRecompile: true), new StaleCompilationAnalyzer()), Is.Empty);

    [Test]
    public async Task Without_the_recompile_the_second_fit_is_flagged()
    {
        var diagnostics = await AnalyzerVerifier.Diagnose(Sample(keepsRecompile: false), new StaleCompilationAnalyzer());

        Assert.That(diagnostics.Select(diagnostic => diagnostic.Id), Is.EqualTo(new[] { "FT2001" }));
        var text = await diagnostics[0].Location.SourceTree!.GetTextAsync();
        Assert.That(
            text.Lines[diagnostics[0].Location.GetLineSpan().StartLinePosition.Line].ToString(),
            Does.Contain("var fine = compiled.Fit("));
        Assert.That(
            diagnostics[0].AdditionalLocations.Select(location => text.ToString(location.SourceSpan)),
            Is.EqualTo(new[] { text.ToString(diagnostics[0].AdditionalLocations[0].SourceSpan), "model.UnfreezeLast()" }));
        Assert.That(text.ToString(diagnostics[0].AdditionalLocations[0].SourceSpan), Does.StartWith("model.Compile("));
    }

    private static Compilation Sample(bool keepsRecompile)
    {
        var trees = SampleProject
            .Sources.Concat(SampleProject.SupportSources)
            .Select(file =>
                Compilations.Parse(keepsRecompile ? File.ReadAllText(file) : SampleProject.WithoutRecompile(File.ReadAllText(file)), file))
            .Prepend(Compilations.Parse(ImplicitUsings, "ImplicitUsings.cs"));
        var generator = CSharpGeneratorDriver.Create(
            [new FineTuneGenerator().AsSourceGenerator()],
            parseOptions: Compilations.ParseOptions);
        var sources = Compilations.CreateFromTrees(trees).AddReferences(CommandLine);
        generator.RunGeneratorsAndUpdateCompilation(sources, out var compilation, out _);
        Assert.That(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        return compilation;
    }

    private static MetadataReference CommandLine =>
        MetadataReference.CreateFromFile(typeof(System.CommandLine.RootCommand).Assembly.Location);

    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;
}
