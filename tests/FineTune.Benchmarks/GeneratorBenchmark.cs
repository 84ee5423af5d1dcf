using System.Globalization;
using FineTune.Generators;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Benchmarks;

/// <summary>What the generator costs in an editor: 10 annotated models in 1,000 files, after one edit and from cold.</summary>
internal static class GeneratorBenchmark
{
    private const int Models = 10, Files = 1_000, Rounds = 25;

    public static void Run()
    {
        var before = Project();

        Console.WriteLine($"The generator over {Models} annotated models in {Files} files (medians of {Rounds})");
        Console.WriteLine();
        Console.WriteLine("| run | time (ms) | bound (ms) | outputs written | allocated (KiB) |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        Print("cold", 250, Enumerable.Range(0, Rounds).Select(_ => Measure(Driver(), Project())));
        Print("an unrelated edit", 10, Edits(before, i => Models + i, i => Other(Models + i, i + 1)));
        Print("an edit of one model", 20, Edits(before, i => i % Models, i => Model(i % Models, "1e-6")));
        Print(
            "a declaration more elsewhere",
            null,
            Edits(before, i => Models + i, i => Other(Models + i, 0) + $"\n\npublic class More{i};"));
    }

    // Parsed anew each time: what was read from a file is remembered with it.
    private static CSharpCompilation Project() =>
        Compilations.Create(Enumerable.Range(0, Files).Select(i => i < Models ? Model(i, "1e-5") : Other(i, 0)));

    private static void Print(string name, int? bound, IEnumerable<(double Time, int Outputs, long Allocated)> rounds)
    {
        var all = rounds.ToList();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(all.Select(round => round.Time)):F2} | {bound} | "
                    + $"{all.Select(round => round.Outputs).Distinct().Single()} | "
                    + $"{Median(all.Select(round => (double)round.Allocated)):F0} |"));
    }

    private static IEnumerable<(double, int, long)> Edits(CSharpCompilation before, Func<int, int> file, Func<int, string> edited)
    {
        var warm = Driver().RunGenerators(before);
        for (var i = 0; i < Rounds; i++)
        {
            var path = $"Source{file(i)}.cs";
            var old = before.SyntaxTrees.Single(tree => tree.FilePath == path);
            yield return Measure(warm, before.ReplaceSyntaxTree(old, Compilations.Parse(edited(i), path)));
        }
    }

    private static (double Time, int Outputs, long Allocated) Measure(GeneratorDriver driver, Compilation compilation)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var after = driver.RunGenerators(compilation);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var time = after.GetTimingInfo().GeneratorTimes[0].ElapsedTime.TotalMilliseconds;
        var outputs = after.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs)
            .Count(output => output.Reason is IncrementalStepRunReason.New or IncrementalStepRunReason.Modified);
        return (time, outputs, allocated / 1024);
    }

    private static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new FineTuneGenerator().AsSourceGenerator()], parseOptions: Compilations.ParseOptions,
        driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static string Model(int number, string rate) =>
        $$"""
        namespace Demo;

        [FineTuneLR({{rate}}), UnfreezeLast(20)]
        public sealed partial class Model{{number}} : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential(("fc", Linear(8, 8)), ("relu", ReLU()));
            [Frozen] private readonly Linear teacher = Linear(8, 8);
            [Head(LearningRate = 1e-4)] private readonly Linear head = Linear(8, 1);

            public Model{{number}}() : base("model") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var features = backbone.call(x);
                return head.call(features + teacher.call(x));
            }
        }
        """;

    private static string Other(int number, int version) =>
        $$"""
        namespace Demo;

        public sealed class Other{{number}}
        {
            private readonly List<int> values = [{{version}}];

            public int Sum() => values.Where(value => value > {{number}}).Sum();
        }
        """;
}
