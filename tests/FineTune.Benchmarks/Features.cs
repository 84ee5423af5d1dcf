using System.Diagnostics;
using System.Globalization;
using FineTune.Data;
using FineTune.Tests;
using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>
/// Whole phases of fine-tuning, with what is frozen computed once, against loops that compute it in each epoch: one by hand over the
/// same TorchSharp, and one of PyTorch's.
/// </summary>
internal static class Features
{
    private const int Rounds = 5, RoundsOfSizes = 3, Epochs = 4, OfRecipe = 10;

    /// <summary>Against the loop by hand.</summary>
    public static void Run()
    {
        PrintHead($"Fine-tuning (the time of a loop by hand by ours; medians of {Rounds}, the two sides in turn, and their range)");
        using var peer = Peer.ByHand();
        foreach (var one in FeatureCase.All)
        {
            Console.WriteLine(Row(one, peer, Rounds));
        }
    }

    /// <summary>Against PyTorch.</summary>
    public static void RunPyTorch()
    {
        PrintHead($"Fine-tuning (PyTorch's time by ours; medians of {Rounds}, the two sides in turn, and their range)");
        using var peer = Peer.PyTorch();
        foreach (var one in FeatureCase.All.Where(one => !one.HasTokens))
        {
            Console.WriteLine(Row(one, peer, Rounds));
        }
    }

    /// <summary>What the frozen part alone takes, in each of the ways in which it may be computed.</summary>
    public static void RunPass()
    {
        const int Passes = 15;
        Console.WriteLine($"The frozen part on a batch (the time as it is by that; medians of {Passes}, in turn)");
        Console.WriteLine();
        Console.WriteLine("| model | batch | channels last |");
        Console.WriteLine("|---|---:|---:|");
        foreach (var one in FeatureCase.All.Where(one => one.Size.Length == 3))
        {
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            var backbone = one.Backbone();
            backbone.eval();
            var pictures = randn([one.Batch, .. one.Size]);
            Func<Tensors, Tensor[]> asItIs = inputs => [backbone.call(inputs[0])];
            var channelsLast = FastPass.ChannelsLast(asItIs);
            _ = (Seconds(asItIs), Seconds(channelsLast));
            var ratios = Enumerable.Range(0, Passes).Select(_ => Seconds(asItIs) / Seconds(channelsLast)).ToList();
            Console.WriteLine($"| {one.Name} {one.Shape} | {one.Batch} | {MedianAndRange(ratios)} |");

            double Seconds(Func<Tensors, Tensor[]> way)
            {
                using var scope = NewDisposeScope();
                var start = Stopwatch.GetTimestamp();
                way(pictures);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    /// <summary>Whole phases for 1, 4 and 16 times as many samples, which are small pictures so that it ends.</summary>
    public static void RunSizes()
    {
        PrintHead(
            $"Fine-tuning on more samples (the time of a loop by hand by ours; medians of {RoundsOfSizes}, the two sides in turn, and "
                + "their range)");
        using var peer = Peer.ByHand();
        foreach (var times in new[] { 1, 4, 16 })
        {
            Console.WriteLine(Row(FeatureCase.All[0] with { Samples = times * 256, Size = [3, 32, 32] }, peer, RoundsOfSizes));
        }
    }

    /// <summary>The most memory that a process of each side takes in each phase.</summary>
    public static void RunMemory()
    {
        Console.WriteLine("| model | phase | here (MiB) | by hand (MiB) | ratio |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        foreach (var one in FeatureCase.All)
        {
            foreach (var phase in (string[])["head", "last", "full"])
            {
                var here = Peak("features-child");
                var there = Peak("by-hand-child");
                Console.WriteLine(
                    FormattableString.Invariant(
                        $"| {one.Name} {one.Shape} | {phase} | {here:F0} | {there:F0} | {there / here:F2} |"));

                double Peak(string child) => double.Parse(Child.Run([child, one.PeerName(phase)]), CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Two epochs of a phase in a process of its own, which says the most memory that it took.</summary>
    public static void RunChild(string name)
    {
        var (one, phase) = FeatureCase.Parse(name);
        using var model = one.Create();
        model.EnterPhase(phase);
        model
            .Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy())
            .Fit(one.Dataset(), Options(one) with { Epochs = 2 });
        Console.WriteLine(ProcessMemory.Peak >> 20);
    }

    /// <summary>The same by hand.</summary>
    public static void RunChildByHand(string name)
    {
        var epoch = ByHand.Epoch(name);
        epoch();
        epoch();
        Console.WriteLine(ProcessMemory.Peak >> 20);
    }

    private static void PrintHead(string title)
    {
        Console.WriteLine(title);
        Console.WriteLine();
        Console.WriteLine(
            "| model | samples, batch | first pass to the bit | first pass to 1e-5 | head epoch after it | epoch after unfreezing | "
                + "full epoch | recipe 10 + 10 |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|");
    }

    private static string Row(FeatureCase one, Peer peer, int rounds)
    {
        using var scope = NewDisposeScope();
        var data = one.Dataset();
        var ratios = new List<double[]>();
        for (var round = 0; round < rounds; round++)
        {
            var here = Ours(one, data);
            double head = Theirs("head"), last = Theirs("last"), full = Theirs("full");
            ratios.Add([
                head / here.Exact,
                head / here.First,
                head / here.Head,
                last / here.Last,
                full / here.Full,
                OfRecipe * (head + last) / here.Recipe,
            ]);
        }

        var columns = Enumerable.Range(0, ratios[0].Length).Select(column => MedianAndRange(ratios.ConvertAll(round => round[column])));
        return $"| {one.Name} {one.Shape} | {one.Samples}, {one.Batch} | {string.Join(" | ", columns)} |";

        // The first epoch of a model finds the kernels for its shapes.
        double Theirs(string phase)
        {
            peer.Run(one.PeerName(phase), 1);
            return peer.Run(one.PeerName(phase), 1);
        }
    }

    private static Times Ours(FeatureCase one, InMemoryDataset data)
    {
        using var model = one.Create();
        var start = Stopwatch.GetTimestamp();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy());
        var head = compiled.Fit(data, Options(one) with { Epochs = Epochs });
        var first = FirstOf(head, start);
        var exact = Exact(one, data);
        start = Stopwatch.GetTimestamp();
        model.EnterPhase(one.Unfrozen);
        compiled = model.Recompile();
        var last = compiled.Fit(data, Options(one) with { Epochs = Epochs });

        // Whatever a phase does besides counts with its first epoch; later epochs cost the same each.
        var recipe = first + FirstOf(last, start) + ((OfRecipe - 1) * (After(head) + After(last)));
        model.UnfreezeBackbone();
        compiled = model.Recompile();
        var full = compiled.Fit(data, Options(one) with { Epochs = 2 });
        return new Times(exact, first, After(head), After(last), full.Records[^1].Seconds, recipe);
    }

    private static double Exact(FeatureCase one, InMemoryDataset data)
    {
        using var model = one.Create();
        var start = Stopwatch.GetTimestamp();
        model.FreezeBackbone();
        model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy()).Fit(data, Options(one) with { FeatureCache = new() });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static FitOptions Options(FeatureCase one) =>
        new()
        {
            BatchSize = one.Batch,
            Progress = ProgressStyle.None,
            FeatureCache = new() { AllowChannelsLast = true },
        };

    private static double FirstOf(History history, long start) =>
        Stopwatch.GetElapsedTime(start).TotalSeconds - history.Records.Skip(1).Sum(record => record.Seconds);

    private static double After(History history) =>
        history.Records.Skip(1).Select(record => record.Seconds).Order().ElementAt((Epochs - 1) / 2);

    private static string MedianAndRange(List<double> ratios)
    {
        var sorted = ratios.Order().ToList();
        return $"{Text(sorted[sorted.Count / 2])} ({Text(sorted[0])}–{Text(sorted[^1])})";
    }

    private static string Text(double ratio) => ratio.ToString(ratio < 20 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private sealed record Times(double Exact, double First, double Head, double Last, double Full, double Recipe);
}
