using System.Text;
using FineTune.Analyzers.FT2001;
using FineTune.Analyzers.FT3001;
using FineTune.Testing;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Random programs, judged by an analyzer and by running them on every path: the same verdict, act by act.</summary>
[Category("Slow")]
public sealed class DifferentialTests
{
    private const int Seed = 20240607, ProgramsInBatch = 200;

    private static IEnumerable<int> Batches => Enumerable.Range(0, Effort.Of(8, nightly: 50));

    [Test]
    public Task FT2001_finds_every_stale_use_and_nothing_else([ValueSource(nameof(Batches))] int batch) =>
        Compare<StaleCompilationAnalyzer>(new CompileDialect(), Models.Source, batch, knowsRuntime: true);

    [Test]
    public Task FT3001_finds_every_stale_step_and_nothing_else([ValueSource(nameof(Batches))] int batch) =>
        Compare<StaleOptimizerAnalyzer>(new OptimizerDialect(), Thaw, batch, knowsRuntime: batch % 2 == 0);

    private static async Task Compare<TAnalyzer>(Dialect dialect, string stub, int batch, bool knowsRuntime)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var generator = new ProgramGenerator(Seed + batch, dialect);
        var programs = Enumerable.Range(0, ProgramsInBatch).Select(_ => generator.Next()).ToList();
        var writer = new ProgramWriter(dialect);
        var expected = new SortedSet<string>();
        for (var i = 0; i < programs.Count; i++)
        {
            var name = $"P{i}";
            writer.Write(name, programs[i]);
            expected.UnionWith(PathInterpreter.StaleIn(programs[i], dialect).Select(id => $"{name}.Run {id}"));
            for (var helper = 0; helper < programs[i].Helpers.Count; helper++)
            {
                expected.UnionWith(PathInterpreter.StaleIn(programs[i].Helpers[helper], dialect).Select(id => $"{name}.H{helper} {id}"));
            }
        }

        var header = "#pragma warning disable CS0162, CS0164, CS8321\nnamespace Demo;\n";
        var diagnostics = knowsRuntime
            ? await AnalyzerVerifier.Diagnose(new TAnalyzer(), header + writer.Text, stub, Coin)
            : await AnalyzerVerifier.DiagnoseWithoutRuntime(new TAnalyzer(), header + writer.Text, stub, Coin);
        var actual = new SortedSet<string>(diagnostics.Select(diagnostic =>
        {
            var (method, id) = writer.Acts[diagnostic.Location.GetLineSpan().StartLinePosition.Line - 2];
            return $"{method} {id}";
        }));

        Assert.That(
            expected,
            Has.Count.GreaterThan(ProgramsInBatch / 20),
            "Too few programs are stale anywhere for this to say something.");
        var differences = new StringBuilder();
        foreach (var alarm in actual.Except(expected))
        {
            differences.Append("false alarm: ").Append(alarm).AppendLine();
        }

        foreach (var miss in expected.Except(actual))
        {
            differences.Append("miss: ").Append(miss).AppendLine();
        }

        Assert.That(differences.ToString(), Is.Empty, () => Excerpt(writer.Text, differences.ToString()));
    }

    /// <summary>The first program that is judged differently.</summary>
    private static string Excerpt(string text, string differences)
    {
        var name = differences.Split(": ")[1].Split('.')[0];
        var start = text.IndexOf($"static class {name}\n", StringComparison.Ordinal);
        var end = text.IndexOf("\nstatic class", start, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    private const string Thaw =
        """
        namespace Demo;
        public static class Modules
        {
            public static void Thaw(Module module)
            {
                foreach (var parameter in module.parameters())
                    parameter.requires_grad_(true);
            }
        }
        """;

    private const string Coin =
        """
        namespace Demo;
        public abstract class Coin
        {
            public static bool Toss() => new Random().Next(2) == 0;
        }
        """;
}
