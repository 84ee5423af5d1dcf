using System.Diagnostics;
using FineTune.Analyzers.FT2001;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Diagnostics.Telemetry;

namespace FineTune.Benchmarks;

/// <summary>What the rules cost a build: over this repository, over one long method, and over many files.</summary>
internal static class AnalyzerRuns
{
    private const int Rounds = 3;

    public static void Run()
    {
        Console.WriteLine($"All rules against the compiler, one thread each (best of {Rounds})");
        Console.WriteLine();
        Console.WriteLine("| sources | files | compile (ms) | rules (ms) | share |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        string root = Root();
        foreach (string folder in new[] { "src/FineTune", "src/FineTune.LibTorch" })
        {
            CSharpCompilation compilation = SourceFolder.Compile(Path.Combine(root, folder));
            Print(folder, compilation);
        }

        string corpus = Path.Combine(root, "tests", "FineTune.Analyzers.Tests", "Corpus", "Programs");
        SyntaxTree[] programs = [.. Directory.EnumerateFiles(corpus, "*.cs").Where(file => File.ReadAllText(file).Contains("\nnamespace ", StringComparison.Ordinal))
            .Select(file => Compilations.Parse(File.ReadAllText(file), file))];
        Print("the corpus", Compilations.CreateFromTrees(programs));

        foreach (int branches in new[] { 250, 500, 1_000 })
            Print($"a method of {branches} branches", Compilations.Create(Branches(branches)));
        foreach (int files in new[] { 250, 500, 1_000 })
            Print($"{files} files with a training loop each", Compilations.Create(Enumerable.Range(0, files).Select(Loop)));
    }

    private static void Print(string name, CSharpCompilation compilation)
    {
        double compile = double.MaxValue, rules = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            compile = Math.Min(compile, Compile(Fresh(compilation)));
            rules = Math.Min(rules, Analyze(Fresh(compilation)));
        }

        Console.WriteLine(FormattableString.Invariant($"| {name} | {compilation.SyntaxTrees.Length} | {compile:F0} | {rules:F0} | {rules / compile:P1} |"));
    }

    /// <summary>A compilation that has bound nothing yet.</summary>
    private static CSharpCompilation Fresh(CSharpCompilation compilation) =>
        CSharpCompilation.Create(compilation.AssemblyName, compilation.SyntaxTrees, compilation.References, compilation.Options.WithConcurrentBuild(false));

    private static double Compile(CSharpCompilation compilation)
    {
        var watch = Stopwatch.StartNew();
        compilation.Emit(Stream.Null);
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>The time in the rules' own code, as the compiler's report of analyzers counts it.</summary>
    private static double Analyze(CSharpCompilation compilation)
    {
        DiagnosticAnalyzer[] analyzers = [.. typeof(StaleCompilationAnalyzer).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type))
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];
        var options = new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), (exception, _, _) => throw exception, concurrentAnalysis: false, logAnalyzerExecutionTime: true);
        CompilationWithAnalyzers run = compilation.WithAnalyzers([.. analyzers], options);
        run.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        double sum = 0;
        foreach (DiagnosticAnalyzer analyzer in analyzers)
        {
            AnalyzerTelemetryInfo telemetry = run.GetAnalyzerTelemetryInfoAsync(analyzer, default).GetAwaiter().GetResult();
            sum += telemetry.ExecutionTime.TotalMilliseconds;
        }

        return sum;
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FineTune.Generators.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("The benchmark is not run from within the repository.");
    }

    private static string Branches(int count) =>
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Linear net, Tensor loss, torch.Device device, int n)
            {
                net.to(device);
                var optimizer = optim.Adam(net.parameters());
                {{string.Join('\n', Enumerable.Range(0, count).Select(i => $"if (n > {i}) {{ optimizer.zero_grad(); loss.backward(); optimizer.step(); }}"))}}
                net.eval();
            }
        }
        """;

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
