using System.Diagnostics;
using System.Globalization;
using FineTune.Analyzers.FT2001;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Benchmarks;

/// <summary>
/// What the rules cost a build: of this repository, of one long method, of many files, and of whatever project is named. What bodies
/// cost to bind is not counted, which the compiler does for the first analyzer that looks at one, be it ours or the SDK's.
/// </summary>
internal static class AnalyzerBenchmark
{
    private const int WarmUps = 2,
        Rounds = 5;

    // The projects of this repository that train; of the others the rules see in a moment that they have nothing to look for.
    private static readonly string[] Training =
    [
        "samples/CatsVsDogs",
        "samples/OwnLoop",
        "samples/TextSentiment",
        "tests/FineTune.Tests",
        "tests/FineTune.Benchmarks",
    ];

    private static readonly string[] Others =
    [
        "src/FineTune",
        "src/FineTune.Generators",
        "analyzers/FineTune.Analyzers",
        "analyzers/FineTune.CodeFixes",
        "tests/FineTune.Testing",
        "tests/FineTune.SampleSupport",
        "tests/FineTune.Analyzers.Tests",
        "tests/FineTune.Generators.Tests",
        "tests/FineTune.Package.Tests",
        "tests/FineTune.Build.Tests",
        "tests/CatsVsDogs.Tests",
        "tests/TextSentiment.Tests",
    ];

    /// <param name="projects">The files of projects that are measured instead of this repository. Each has been built before.</param>
    public static void Run(IReadOnlyList<string> projects)
    {
        // Code that the runtime has not compiled to its end is up to three times as slow, and which it has is a matter of luck.
        if (Environment.GetEnvironmentVariable("DOTNET_TieredCompilation") != "0")
        {
            Child.Show(["analyzers", .. projects], ("DOTNET_TieredCompilation", "0"));
            return;
        }

        var root = Root();
        Console.WriteLine($"All rules against the compiler, one thread each, warmed up (medians of {Rounds}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine("| sources | files | compile (ms) | rules (ms) | share | whole build with rules |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        if (projects.Count > 0)
        {
            foreach (var cost in projects.Select(project => Print(CompilerInput.OfProject(Path.GetFullPath(project)))).ToList())
            {
                PrintRules(cost.Name, [cost]);
            }

            return;
        }

        var training = Training.Select(project => Print(CompilerInput.OfProject(FileOf(root, project)))).ToList();
        PrintSum("what trains in this repository", training);
        var others = Others.Select(project => Print(CompilerInput.OfProject(FileOf(root, project)))).ToList();
        PrintSum("this repository", [.. training, .. others]);

        var corpus = Path.Combine(root, "tests", "FineTune.Analyzers.Tests", "Corpus", "Programs");
        Print(
            CompilerInput.Of(
                "the corpus",
                Directory
                    .EnumerateFiles(corpus, "*.cs")
                    .Order(StringComparer.Ordinal)
                    .Select(File.ReadAllText)
                    .Where(text => text.Contains("\nnamespace ", StringComparison.Ordinal))));
        foreach (var branches in new[] { 250, 500, 1_000 })
        {
            Print(CompilerInput.Of($"a method of {branches} branches", Branches(branches)));
        }

        foreach (var files in new[] { 250, 500, 1_000 })
        {
            Print(CompilerInput.Of($"{files} files with a training loop each", Enumerable.Range(0, files).Select(Loop)));
        }

        PrintRules("this repository", [.. training, .. others]);
    }

    private static string FileOf(string root, string project) => Path.Combine(root, project, Path.GetFileName(project) + ".csproj");

    private static void PrintSum(string name, List<Cost> costs)
    {
        var (compile, rules) = (costs.Sum(cost => cost.Compile), costs.Sum(cost => cost.Rules));
        Console.WriteLine(FormattableString.Invariant($"| **{name}** | | {compile:F0} | {rules:F0} | {rules / compile:P1} | |"));
    }

    private static Cost Print(CompilerInput input)
    {
        var rounds = new List<(double Compile, double Watched, double Idle, IReadOnlyDictionary<string, double> Rules)>();
        for (var round = -WarmUps; round < Rounds; round++)
        {
            var compile = Compile(input);
            (var watched, var rules) = Analyze(input, [new IdleAnalyzer(), .. AllRules()]);
            (var idle, _) = Analyze(input, [new IdleAnalyzer()]);
            if (round >= 0)
            {
                rounds.Add((compile, watched, idle, rules));
            }
        }

        var cost = new Cost(
            input.Name,
            Median(rounds.Select(round => round.Compile)),
            Median(rounds.Select(round => round.Rules.Values.Sum())),
            rounds[0].Rules.Keys.ToDictionary(rule => rule, rule => Median(rounds.Select(round => round.Rules[rule]))));
        var whole = 1 + Median(rounds.Select(round => (round.Watched - round.Idle) / round.Compile));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {input.Name} | {input.Files} | {cost.Compile:F0} | {cost.Rules:F0} | {cost.Rules / cost.Compile:P1} "
                    + $"| × {whole:F2} |"));
        return cost;
    }

    private static void PrintRules(string name, List<Cost> costs)
    {
        var compile = costs.Sum(cost => cost.Compile);
        Console.WriteLine();
        Console.WriteLine($"The ten dearest rules over {name}");
        Console.WriteLine();
        Console.WriteLine("| rule | ms | share |");
        Console.WriteLine("|---|---:|---:|");
        foreach ((var rule, var time) in costs[0]
                .ByRule.Keys.Select(rule => (rule, costs.Sum(cost => cost.ByRule[rule])))
                .OrderByDescending(rule => rule.Item2)
                .Take(10))
        {
            Console.WriteLine(FormattableString.Invariant($"| {rule} | {time:F1} | {time / compile:P1} |"));
        }
    }

    /// <summary>The whole of a build in the compiler: parse, generate, bind, check, emit.</summary>
    private static double Compile(CompilerInput input)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        var compilation = input.Create();
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        using var documentation = new MemoryStream();
        var result = compilation.Emit(assembly, symbols, documentation);
        var time = watch.Elapsed.TotalMilliseconds;
        return result.Success
            ? time
            : throw new InvalidOperationException(
                $"{input.Name} does not compile: "
                    + $"{result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
    }

    /// <summary>
    /// The time of a run of analyzers, and of it what each rule's own code takes, as the compiler's ReportAnalyzer counts it.
    /// </summary>
    private static (double Whole, IReadOnlyDictionary<string, double> Rules) Analyze(CompilerInput input, DiagnosticAnalyzer[] analyzers)
    {
        GC.Collect();
        var compilation = input.Create();

        // What every build does before it asks the analyzers: whoever comes first to a declaration pays for it.
        compilation.GetDeclarationDiagnostics();
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]),
            (exception, _, _) => throw exception,
            concurrentAnalysis: false,
            logAnalyzerExecutionTime: true);
        var watch = Stopwatch.StartNew();
        var run = compilation.WithAnalyzers([.. analyzers], options);
        run.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        var whole = watch.Elapsed.TotalMilliseconds;
        return (
            whole,
            analyzers.Where(analyzer => analyzer is not IdleAnalyzer).ToDictionary(
                analyzer => analyzer.SupportedDiagnostics[0].Id,
                analyzer => run.GetAnalyzerTelemetryInfoAsync(analyzer, default).GetAwaiter().GetResult().ExecutionTime.TotalMilliseconds));
    }

    private static DiagnosticAnalyzer[] AllRules() =>
        [
            .. typeof(StaleCompilationAnalyzer)
                .Assembly.GetTypes()
                .Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type))
                .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
        ];

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private sealed record Cost(string Name, double Compile, double Rules, IReadOnlyDictionary<string, double> ByRule);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FineTune.Generators.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The benchmark is not run from within the repository.");
    }

    private static string Branches(int count)
    {
        var branches = Enumerable
            .Range(0, count)
            .Select(i => $"if (n > {i}) {{ optimizer.zero_grad(); loss.backward(); optimizer.step(); }}");
        return $$"""
            namespace Demo;
            public static class Program
            {
                public static void Run(Linear net, Tensor loss, torch.Device device, int n)
                {
                    net.to(device);
                    var optimizer = optim.Adam(net.parameters());
                    {{string.Join('\n', branches)}}
                    net.eval();
                }
            }
            """;
    }

    private static string Loop(int number) =>
        $$"""
            namespace Demo;
            public sealed class Net{{number}} : Module<Tensor, Tensor>
            {
                private readonly Linear layer = Linear(4, 4);
                public Net{{number}}() : base("net") => RegisterComponents();
                public override Tensor forward(Tensor x) => functional.relu(layer.call(x));
            }

            public static class Program{{number}}
            {
                public static double Run(IReadOnlyList<(Tensor X, Tensor Y)> batches, int epochs)
                {
                    var net = new Net{{number}}();
                    var optimizer = optim.SGD(net.parameters(), 0.1);
                    var sum = 0.0;
                    for (var epoch = 0; epoch < epochs; epoch++)
                    {
                        net.train();
                        foreach (var (x, y) in batches)
                        {
                            optimizer.zero_grad();
                            var loss = functional.mse_loss(net.call(x), y);
                            loss.backward();
                            optimizer.step();
                            sum += loss.item<float>();
                        }

                        net.eval();
                    }

                    return sum;
                }
            }
            """;
}
