using System.Diagnostics;
using System.Globalization;

using FineTune.Benchmarks;

// Whatever else is named beside the tables is a project that the rules are measured over.
var projects = args.Where(argument => argument.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
args = [.. args.Except(projects)];
var tables = new Dictionary<string, Action>
{
    ["training"] = TrainingSteps.Run,
    ["checks"] = Checks.Run,
    ["optimizers"] = OptimizerSteps.Run,
    ["generator"] = GeneratorBenchmark.Run,
    ["analyzers"] = () => AnalyzerBenchmark.Run(projects),
    ["decoding"] = Decoding.Run,
    ["augmenting"] = Augmenting.Run,
    ["loading"] = Loading.Run,
    ["features"] = Features.Run,
    ["features-pytorch"] = Features.RunPyTorch,
    ["features-sizes"] = Features.RunSizes,
    ["features-pass"] = Features.RunPass,
    ["features-memory"] = Features.RunMemory,
    ["memory"] = Memory.Run,
};
if (args is ["by-hand"])
{
    ByHand.Serve();
    return 0;
}

var children = new Dictionary<string, Action<string>>
{
    ["features-child"] = Features.RunChild,
    ["by-hand-child"] = Features.RunChildByHand,
    ["memory-child"] = Memory.RunChild,
    ["loading-child"] = Loading.RunChild,
};
if (args is [var child, var of] && children.TryGetValue(child, out var run))
{
    run(of);
    return 0;
}

if (args is ["all"])
{
    args = [.. tables.Keys];
}

if (args.Length == 0 || !args.All(tables.ContainsKey))
{
    Console.Error.WriteLine($"Say which tables to make: all, or some of {string.Join(", ", tables.Keys)}; with the file of "
        + "a project beside, the analyzers' table is of that project.");
    return 2;
}

try
{
    foreach (var table in args)
    {
        var start = Stopwatch.GetTimestamp();
        tables[table]();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"\n({table}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s on {Environment.ProcessorCount} cores, "
                    + $"{TorchSharp.torch.get_num_threads()} of them libtorch's)\n"));
    }

    return 0;
}
catch (PeerMissingException missing)
{
    Console.Error.WriteLine(missing.Message);
    return 1;
}
