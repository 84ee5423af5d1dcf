using System.Diagnostics;

namespace FineTune.Benchmarks;

/// <summary>Runs each case here and in PyTorch in turn, and prints medians and their ratio.</summary>
internal static class Comparison
{
    // The runtime compiles what runs often a second time, in the background.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    /// <param name="title">What is compared.</param>
    /// <param name="unit">What the numbers count.</param>
    /// <param name="scale">How many of these make a second.</param>
    /// <param name="rounds">How often the sides take turns: many short turns, as the machine is never quiet for long.</param>
    /// <param name="cases">Each with how often it runs in a turn.</param>
    public static void Print(string title, string unit, double scale, int rounds, params ReadOnlySpan<(string Name, string Sizes, int Count, Action Run)> cases)
    {
        using var peer = new Peer();
        Console.WriteLine($"{title} ({unit}; medians of {rounds}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine("| case | sizes | here | PyTorch | ratio |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        foreach ((string name, string sizes, int count, Action run) in cases)
        {
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;) Time(run, count);
            peer.Run(name, count);
            var here = new List<double>();
            var there = new List<double>();
            var ratios = new List<double>();
            for (int round = 0; round < rounds; round++)
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
