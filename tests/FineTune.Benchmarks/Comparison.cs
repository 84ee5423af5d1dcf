using System.Diagnostics;

namespace FineTune.Benchmarks;

/// <summary>Runs each case here and in PyTorch in turn, and prints medians and their ratio.</summary>
internal static class Comparison
{
    private const int Rounds = 9;

    public static void Print(string title, string unit, double scale, params ReadOnlySpan<(string Name, string Sizes, int Count, Action Run)> cases)
    {
        using var peer = new Peer();
        Console.WriteLine($"{title} ({unit}; medians of {Rounds}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine("| case | sizes | here | PyTorch | ratio |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        foreach ((string name, string sizes, int count, Action run) in cases)
        {
            Time(run, Math.Max(1, count / 2));
            peer.Run(name, Math.Max(1, count / 2));
            var here = new List<double>();
            var there = new List<double>();
            var ratios = new List<double>();
            for (int round = 0; round < Rounds; round++)
            {
                here.Add(Time(run, count) / count * scale);
                there.Add(peer.Run(name, count) / count * scale);
                ratios.Add(here[^1] / there[^1]);
            }

            Console.WriteLine(FormattableString.Invariant($"| {name} | {sizes} | {Median(here):F2} | {Median(there):F2} | {Median(ratios):F2} |"));
        }
    }

    private static double Time(Action run, int count)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
