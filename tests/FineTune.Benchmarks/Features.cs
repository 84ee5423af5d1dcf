using System.Diagnostics;
using System.Globalization;
using FineTune.Data;
using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>Whole phases of fine-tuning, with what is frozen computed once, against PyTorch, which computes it in each epoch.</summary>
internal static class Features
{
    private const int Rounds = 5, Epochs = 4, OfRecipe = 10;

    private static readonly Case[] Cases =
    [
        new("resnet18", 256, 32, [3, 64, 64], Phase.Last(14), Vision.Backbones.ResNet18, 512),
        new("resnet18", 32, 16, [3, 224, 224], Phase.Last(14), Vision.Backbones.ResNet18, 512),
        new("mobilenet_v2", 64, 32, [3, 96, 96], Phase.Last(20), Vision.Backbones.MobileNetV2, 1280),
        new("transformer", 128, 32, [32, 128], Phase.Last(1, LayerUnit.Block), Tuned.Transformer, 128),
    ];

    public static void Run()
    {
        Console.WriteLine($"Fine-tuning (PyTorch's time by ours; medians of {Rounds}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine("| model | samples, batch | first pass | head epoch after it | epoch after unfreezing | full epoch | recipe 10 + 10 |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|");
        foreach (Case one in Cases) Console.WriteLine(Row(one));
    }

    /// <summary>What the frozen part alone takes, as it is and with channels last.</summary>
    public static void RunPass()
    {
        const int Pictures = 8, Passes = 15;
        Console.WriteLine($"The frozen part on {Pictures} pictures (PyTorch's time by ours; medians of {Passes}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine("| model | as it is | channels last |");
        Console.WriteLine("|---|---:|---:|");
        foreach (Case one in Cases.Where(one => one.Size.Length == 3))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradients = no_grad();
            using var peer = new Peer();
            TorchSharp.Modules.Sequential backbone = one.Create();
            backbone.eval();
            Tensor pictures = randn([Pictures, .. one.Size]);
            string name = $"pass/{one.Name}/{Pictures}/{string.Join(',', one.Size)}";
            var plain = new List<double>();
            var reordered = new List<double>();
            for (int pass = 0; pass < Passes; pass++)
            {
                double there = peer.Run(name, 1);
                plain.Add(there / Seconds(() => backbone.call(pictures)));
                there = peer.Run(name, 1);
                reordered.Add(there / Seconds(() => backbone.call(ChannelsLast(pictures))));
            }

            Console.WriteLine(FormattableString.Invariant($"| {one.Name} {one.Shape} | {plain.Order().ElementAt(Passes / 2):F2} | {reordered.Order().ElementAt(Passes / 2):F2} |"));
        }

        static Tensor ChannelsLast(Tensor input) => input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        static double Seconds(Func<Tensor> run)
        {
            using DisposeScope scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            run();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    /// <summary>Whole phases for 1, 4 and 16 times as many samples.</summary>
    public static void RunSizes()
    {
        Console.WriteLine("| model | samples, batch | first pass | head epoch after it | epoch after unfreezing | full epoch | recipe 10 + 10 |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|");
        foreach (int samples in new[] { 32, 128, 512 }) Console.WriteLine(Row(Cases[0] with { Samples = samples }));
    }

    /// <summary>The most memory that a process of each side takes in each phase.</summary>
    public static void RunMemory()
    {
        Console.WriteLine("| model | phase | here (MiB) | PyTorch (MiB) | ratio |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        for (int number = 0; number < Cases.Length; number++)
        {
            foreach (string phase in (string[])["head", "last", "full"])
            {
                using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(Features).Assembly.Location, "features-child", $"{number}", phase]) { RedirectStandardOutput = true })!;
                double here = double.Parse(child.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
                child.WaitForExit();
                using var peer = new Peer();
                peer.Run(Cases[number].PeerName(phase), 1);
                double there = peer.Run("peak", 1);
                Console.WriteLine(FormattableString.Invariant($"| {Cases[number].Name} {Cases[number].Shape} | {phase} | {here:F0} | {there:F0} | {there / here:F2} |"));
            }
        }
    }

    /// <summary>One phase in a process of its own, which says the most memory that it took.</summary>
    public static void RunChild(int number, string phase)
    {
        Case one = Cases[number];
        using var model = new Tuned(one.Create(), one.Features);
        using Tensor inputs = randn([one.Samples, .. one.Size]), targets = randint(0, 10, [one.Samples]);
        model.EnterPhase(phase switch { "head" => Phase.Head, "last" => one.Unfrozen, _ => Phase.Full });
        model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy()).Fit(new TensorDataset(inputs, targets), one.Options with { Epochs = 2 });
        string peak = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        Console.WriteLine((double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).ToString(CultureInfo.InvariantCulture));
    }

    private static string Row(Case one)
    {
        using DisposeScope scope = NewDisposeScope();
        using var peer = new Peer();
        var data = new TensorDataset(randn([one.Samples, .. one.Size]), randint(0, 10, [one.Samples]));
        var ratios = new List<double[]>();
        for (int round = 0; round < Rounds; round++)
        {
            Times here = Ours(one, data);
            double head = peer.Run(one.PeerName("head"), 1), last = peer.Run(one.PeerName("last"), 1), full = peer.Run(one.PeerName("full"), 1);
            ratios.Add([head / here.First, head / here.Head, last / here.Last, full / here.Full, OfRecipe * (head + last) / here.Recipe]);
        }

        double[] medians = [.. Enumerable.Range(0, 5).Select(column => ratios.Select(round => round[column]).Order().ElementAt(Rounds / 2))];
        return FormattableString.Invariant($"| {one.Name} {one.Shape} | {one.Samples}, {one.Batch} | {string.Join(" | ", medians.Select(ratio => ratio.ToString(ratio < 20 ? "F2" : "F0", CultureInfo.InvariantCulture)))} |");
    }

    private static Times Ours(Case one, TensorDataset data)
    {
        using var model = new Tuned(one.Create(), one.Features);
        long start = Stopwatch.GetTimestamp();
        model.FreezeBackbone();
        CompiledModel compiled = model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy());
        History head = compiled.Fit(data, one.Options with { Epochs = Epochs });
        double first = FirstOf(head, start);
        start = Stopwatch.GetTimestamp();
        model.EnterPhase(one.Unfrozen);
        compiled = model.Recompile();
        History last = compiled.Fit(data, one.Options with { Epochs = Epochs });

        // Whatever a phase does besides counts with its first epoch; later epochs cost the same each.
        double recipe = first + FirstOf(last, start) + ((OfRecipe - 1) * (After(head) + After(last)));
        model.UnfreezeBackbone();
        compiled = model.Recompile();
        History full = compiled.Fit(data, one.Options);
        return new Times(first, After(head), After(last), full.Records[0].Seconds, recipe);
    }

    private static double FirstOf(History history, long start) =>
        Stopwatch.GetElapsedTime(start).TotalSeconds - history.Records.Skip(1).Sum(record => record.Seconds);

    private static double After(History history) => history.Records.Skip(1).Select(record => record.Seconds).Order().ElementAt((Epochs - 1) / 2);

    private sealed record Times(double First, double Head, double Last, double Full, double Recipe);

    private sealed record Case(string Name, int Samples, int Batch, long[] Size, Phase Unfrozen, Func<TorchSharp.Modules.Sequential> Create, int Features)
    {
        public string Shape => string.Join('×', Size);

        public FitOptions Options => new() { BatchSize = Batch, Progress = ProgressStyle.None, FastFeatures = true };

        public string PeerName(string phase) => $"features/{Name}/{phase}/{Samples}/{Batch}/{string.Join(',', Size)}";
    }
}
