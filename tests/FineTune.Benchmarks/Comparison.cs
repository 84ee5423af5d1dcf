using System.Diagnostics;

namespace FineTune.Benchmarks;

/// <summary>Runs each case here and elsewhere in turn, and prints medians and their ratio.</summary>
internal static class Comparison
{
    // The runtime compiles what runs often a second time, in the background.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    /// <summary>Compares with PyTorch in Python, which knows the cases by name.</summary>
    /// <param name="title">What is compared.</param>
    /// <param name="unit">What the numbers count.</param>
    /// <param name="scale">How many of these make a second.</param>
    /// <param name="rounds">How often the sides take turns: many short turns, as the machine is never quiet for long.</param>
    /// <param name="cases">Each with how often it runs in a turn.</param>
    public static void Print(
        string title, string unit, double scale, int rounds, params ReadOnlySpan<(string Name, string Sizes, int Count, Action Run)> cases)
    {
        using var peer = Peer.PyTorch();
        PrintHead(title, unit, rounds, "PyTorch");
        foreach (var (name, sizes, count, run) in cases)
        {
            PrintRow(name, sizes, scale / count, rounds, () => Time(run, count), () => peer.Run(name, count));
        }
    }

    /// <summary>Compares two ways in this process.</summary>
    /// <param name="title">What is compared.</param>
    /// <param name="peer">What the other way is called.</param>
    /// <param name="unit">What the numbers count.</param>
    /// <param name="scale">How many of these make a second.</param>
    /// <param name="rounds">How often the two take turns.</param>
    /// <param name="cases">Each with both ways.</param>
    public static void Print(
        string title, string peer, string unit, double scale, int rounds,
        params ReadOnlySpan<(string Name, string Sizes, Action Here, Action There)> cases)
    {
        PrintHead(title, unit, rounds, peer);
        foreach (var (name, sizes, here, there) in cases)
        {
            PrintRow(name, sizes, scale, rounds, () => Time(here, 1), () => Time(there, 1));
        }
    }

    private static void PrintHead(string title, string unit, int rounds, string peer)
    {
        Console.WriteLine($"{title} ({unit}; medians of {rounds}, the two sides in turn)");
        Console.WriteLine();
        Console.WriteLine($"| case | sizes | here | {peer} | ratio |");
        Console.WriteLine("|---|---|---:|---:|---:|");
    }

    private static void PrintRow(string name, string sizes, double scale, int rounds, Func<double> timeHere, Func<double> timeThere)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            timeHere();
        }

        timeThere();
        var here = new List<double>();
        var there = new List<double>();
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            here.Add(timeHere() * scale);
            there.Add(timeThere() * scale);
            ratios.Add(here[^1] / there[^1]);
        }

        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {sizes} | {Median(here):F2} | {Median(there):F2} | {Median(ratios):F2} |"));
    }

    private static double Time(Action run, int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            run();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
