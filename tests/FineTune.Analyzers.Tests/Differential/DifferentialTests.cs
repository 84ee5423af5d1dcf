using CsCheck;
using FineTune.Analyzers.FT2001;
using FineTune.Analyzers.FT3001;
using FineTune.Testing;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Random programs, judged by an analyzer and by running them on every path: the same verdict, act by act.</summary>
[Category("Slow")]
[Parallelizable(ParallelScope.All)]
public sealed class DifferentialTests
{
    private const ulong Seed = 20240607;

    private const int ProgramsInBatch = 250,
        SecondsToShrink = 20;

    private static IEnumerable<int> Batches => Enumerable.Range(0, Effort.Of(40, nightly: 400));

    [Test]
    public Task FT2001_finds_every_stale_use_and_nothing_else([ValueSource(nameof(Batches))] int batch) =>
        Compare<StaleCompilationAnalyzer>(new CompileDialect(), Models.Source, batch, knowsRuntime: true);

    [Test]
    public Task FT3001_finds_every_stale_step_and_nothing_else([ValueSource(nameof(Batches))] int batch) =>
        Compare<StaleOptimizerAnalyzer>(new OptimizerDialect(), Thaw, batch, knowsRuntime: batch % 2 == 0);

    private static async Task Compare<TAnalyzer>(Dialect dialect, string stub, int batch, bool knowsRuntime)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var generator = new ProgramGenerator(dialect);
        var random = new PCG((uint)batch, Seed);
        var seeds = new List<string>();
        var programs = new List<RandomProgram>();
        for (var i = 0; i < ProgramsInBatch; i++)
        {
            seeds.Add(random.ToString());
            programs.Add(generator.Generate(random, null, out _));
        }

        var (differences, stale) = await Differences(programs);
        Assert.That(stale, Is.GreaterThan(ProgramsInBatch / 20), "Too few programs are stale anywhere for this to say something.");
        if (differences.Count > 0)
        {
            // Looks for the smallest program that is judged differently, from the one found; this fails.
            generator.Sample(
                program => Task.Run(() => Differences([program])).Result.Differences.Count == 0,
                seed: seeds[differences.Keys.First()],
                time: SecondsToShrink,
                threads: 1,
                print: program => Task.Run(() => Differences([program])).Result.Differences.Values.First());
            Assert.Fail("Judged differently together with others only:\n" + differences.Values.First());
        }

        async Task<(SortedDictionary<int, string> Differences, int Stale)> Differences(IReadOnlyList<RandomProgram> judged)
        {
            var writer = new ProgramWriter(dialect);
            var expected = judged.Select((program, i) => Expected($"P{i}", program, dialect)).ToList();
            var texts = judged.Select((program, i) => writer.Write($"P{i}", program)).ToList();
            var header = "#pragma warning disable CS0162, CS0164, CS1998, CS8321\nusing System.Threading.Tasks;\nnamespace Demo;\n";
            var diagnostics = knowsRuntime
                ? await AnalyzerVerifier.Diagnose(new TAnalyzer(), header + string.Concat(texts), stub, Coin)
                : await AnalyzerVerifier.DiagnoseWithoutRuntime(new TAnalyzer(), header + string.Concat(texts), stub, Coin);
            var actual = diagnostics
                .Select(diagnostic => writer.Acts[diagnostic.Location.GetLineSpan().StartLinePosition.Line - 3])
                .ToLookup(act => act.Method.Split('.')[0], act => $"{act.Method} {act.Id}");
            var differences = new SortedDictionary<int, string>();
            for (var i = 0; i < judged.Count; i++)
            {
                var alarms = actual[$"P{i}"].Except(expected[i]).Select(act => $"false alarm: {act}");
                var misses = expected[i].Except(actual[$"P{i}"]).Select(act => $"miss: {act}");
                if (alarms.Concat(misses).ToList() is { Count: > 0 } found)
                {
                    differences.Add(i, string.Join('\n', found.Append(texts[i])));
                }
            }

            return (differences, expected.Count(acts => acts.Count > 0));
        }
    }

    private static HashSet<string> Expected(string name, RandomProgram program, Dialect dialect)
    {
        var expected = PathInterpreter.StaleIn(program, dialect).Select(id => $"{name}.Run {id}").ToHashSet();
        for (var helper = 0; helper < program.Helpers.Count; helper++)
        {
            expected.UnionWith(PathInterpreter.StaleIn(program, helper, dialect).Select(id => $"{name}.H{helper} {id}"));
        }

        if (program.Constructor is not null)
        {
            expected.UnionWith(PathInterpreter.StaleInConstructor(program, dialect).Select(id => $"{name}.New {id}"));
        }

        return expected;
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
            public static List<bool> Tosses { get; } = [];
        }
        """;
}
