using System.Diagnostics;
using System.Globalization;
using FineTune.Data;
using FineTune.Tests;
using TorchSharp.Modules;

using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>Whole phases of fine-tuning, with what is frozen computed once, against PyTorch, which computes it in each epoch.</summary>
internal static class Features
{
    private const int Rounds = 5, RoundsOfSizes = 3, Epochs = 4, OfRecipe = 10;

    private static readonly Case[] Cases =
    [
        new("resnet18", 1024, 32, [3, 64, 64], Phase.Last(14), Vision.Backbones.ResNet18, 512),
        new("resnet18", 128, 16, [3, 224, 224], Phase.Last(14), Vision.Backbones.ResNet18, 512),
        new("mobilenet_v2", 256, 32, [3, 96, 96], Phase.Last(20), Vision.Backbones.MobileNetV2, 1280),
        new("transformer", 256, 32, [32, 128], Phase.Last(1, LayerUnit.Block), Tuned.Transformer, 128),
    ];

    public static void Run()
    {
        PrintHead($"Fine-tuning (PyTorch's time by ours; medians of {Rounds}, the two sides in turn)");
        foreach (var one in Cases)
        {
            Console.WriteLine(Row(one));
        }
    }

    /// <summary>What the frozen part alone takes, in each of the ways in which it may be computed.</summary>
    public static void RunPass()
    {
        const int Passes = 15;
        Console.WriteLine($"The frozen part on a batch (PyTorch's time by ours; medians of {Passes}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine("| model | batch | as it is | channels last |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (var one in Cases.Where(one => one.Size.Length == 3))
        {
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            using var peer = new Peer();
            var backbone = one.Create();
            backbone.eval();
            var pictures = randn([one.Batch, .. one.Size]);
            var name = $"pass/{one.Name}/{one.Batch}/{string.Join(',', one.Size)}";
            Func<Tensors, Tensor[]> asItIs = inputs => [backbone.call(inputs[0])];
            Func<Tensors, Tensor[]>[] ways = [asItIs, FastPass.ChannelsLast(asItIs)];
            List<double>[] ratios = [.. ways.Select(_ => new List<double>())];
            for (var pass = 0; pass < Passes; pass++)
            {
                for (var way = 0; way < ways.Length; way++)
                {
                    ratios[way].Add(peer.Run(name, 1) / Seconds(ways[way]));
                }
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {one.Name} {one.Shape} | {one.Batch} | "
                        + $"{string.Join(" | ", ratios.Select(of => Text(of.Order().ElementAt(Passes / 2))))} |"));

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
        PrintHead($"Fine-tuning on more samples (PyTorch's time by ours; medians of {RoundsOfSizes}, the two sides in turn)");
        foreach (var times in new[] { 1, 4, 16 })
        {
            Console.WriteLine(Row(Cases[0] with { Samples = times * 256, Size = [3, 32, 32] }, RoundsOfSizes));
        }
    }

    /// <summary>The most memory that a process of each side takes in each phase.</summary>
    public static void RunMemory()
    {
        Console.WriteLine("| model | phase | here (MiB) | PyTorch (MiB) | ratio |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        for (var number = 0; number < Cases.Length; number++)
        {
            foreach (var phase in (string[])["head", "last", "full"])
            {
                var here = double.Parse(Child.Run(["features-child", $"{number}", phase]), CultureInfo.InvariantCulture);
                using var peer = new Peer();
                peer.Run(Cases[number].PeerName(phase), 1);
                var there = peer.Run("peak", 1);
                Console.WriteLine(
                    FormattableString.Invariant(
                        $"| {Cases[number].Name} {Cases[number].Shape} | {phase} | {here:F0} | {there:F0} | {there / here:F2} |"));
            }
        }
    }

    /// <summary>One phase in a process of its own, which says the most memory that it took.</summary>
    public static void RunChild(int number, string phase)
    {
        var one = Cases[number];
        using var model = new Tuned(one.Create(), one.Features);
        using Tensor inputs = randn([one.Samples, .. one.Size]),
            targets = randint(0, 10, [one.Samples]);
        model.EnterPhase(
            phase switch
            {
                "head" => Phase.Head,
                "last" => one.Unfrozen,
                _ => Phase.Full,
            });
        model
            .Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy())
            .Fit(new InMemoryDataset(inputs, targets), one.Options with { Epochs = 2 });
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

    private static string Text(double ratio) => ratio.ToString(ratio < 20 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private static string Row(Case one, int rounds = Rounds)
    {
        using var scope = NewDisposeScope();
        using var peer = new Peer();
        var data = new InMemoryDataset(randn([one.Samples, .. one.Size]), randint(0, 10, [one.Samples]));
        var ratios = new List<double[]>();
        for (var round = 0; round < rounds; round++)
        {
            var here = Ours(one, data);
            double head = peer.Run(one.PeerName("head"), 1),
                last = peer.Run(one.PeerName("last"), 1),
                full = peer.Run(one.PeerName("full"), 1);
            ratios.Add([
                head / here.Exact,
                head / here.First,
                head / here.Head,
                last / here.Last,
                full / here.Full,
                OfRecipe * (head + last) / here.Recipe,
            ]);
        }

        double[] medians =
        [
            .. Enumerable.Range(0, ratios[0].Length).Select(column => ratios.Select(round => round[column]).Order().ElementAt(rounds / 2)),
        ];
        return $"| {one.Name} {one.Shape} | {one.Samples}, {one.Batch} | {string.Join(" | ", medians.Select(Text))} |";
    }

    private static Times Ours(Case one, InMemoryDataset data)
    {
        using var model = new Tuned(one.Create(), one.Features);
        var start = Stopwatch.GetTimestamp();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy());
        var head = compiled.Fit(data, one.Options with { Epochs = Epochs });
        var first = FirstOf(head, start);
        var exact = Exact(one, data);
        start = Stopwatch.GetTimestamp();
        model.EnterPhase(one.Unfrozen);
        compiled = model.Recompile();
        var last = compiled.Fit(data, one.Options with { Epochs = Epochs });

        // Whatever a phase does besides counts with its first epoch; later epochs cost the same each.
        var recipe = first + FirstOf(last, start) + ((OfRecipe - 1) * (After(head) + After(last)));
        model.UnfreezeBackbone();
        compiled = model.Recompile();
        var full = compiled.Fit(data, one.Options);
        return new Times(exact, first, After(head), After(last), full.Records[0].Seconds, recipe);
    }

    private static double Exact(Case one, InMemoryDataset data)
    {
        using var model = new Tuned(one.Create(), one.Features);
        var start = Stopwatch.GetTimestamp();
        model.FreezeBackbone();
        model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy()).Fit(data, one.Options with { FeatureCache = new() });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double FirstOf(History history, long start) =>
        Stopwatch.GetElapsedTime(start).TotalSeconds - history.Records.Skip(1).Sum(record => record.Seconds);

    private static double After(History history) =>
        history.Records.Skip(1).Select(record => record.Seconds).Order().ElementAt((Epochs - 1) / 2);

    private sealed record Times(double Exact, double First, double Head, double Last, double Full, double Recipe);

    private sealed record Case(string Name, int Samples, int Batch, long[] Size, Phase Unfrozen, Func<Sequential> Create, int Features)
    {
        public string Shape => string.Join('×', Size);

        public FitOptions Options =>
            new()
            {
                BatchSize = Batch,
                Progress = ProgressStyle.None,
                FeatureCache = new() { AllowChannelsLast = true },
            };

        public string PeerName(string phase) => $"features/{Name}/{phase}/{Samples}/{Batch}/{string.Join(',', Size)}";
    }
}
