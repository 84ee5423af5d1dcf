using System.Diagnostics;
using FineTune.Tests;

namespace FineTune.Benchmarks;

/// <summary>
/// The memory that some hundred steps of ResNet-18 take, and their time: by hand over plain TorchSharp, and by <c>Fit</c> with and without
/// memory given back to the system. Each in a process of its own, in turn.
/// </summary>
internal static class Memory
{
    private const int Rounds = 3, Size = 64, Batch = 32, Steps = 200;

    public static void Run()
    {
        Console.WriteLine(FormattableString.Invariant(
            $"Memory over {Steps} steps (MiB, the most that the process ever had; s; medians of {Rounds}, in turn), ResNet-18, {Size}×{Size}, batch {Batch}"));
        Console.WriteLine();
        Console.WriteLine("| phase | optimizer | by hand | not given back | given back | by hand (s) | not given back (s) | given back (s) | ratio of times |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (string phase in (string[])["head", "last", "full"])
        {
            foreach (string optimizer in (string[])["Adam", "SGD"])
            {
                var training = new LongTraining(phase, optimizer, Size, Batch, Accumulate: 1, Steps);
                var (hand, kept, given) = (new List<LongTrainingMemory>(), new List<LongTrainingMemory>(), new List<LongTrainingMemory>());
                for (int round = 0; round < Rounds; round++)
                {
                    hand.Add(Start(training.Text(byHand: true)));
                    kept.Add(Start(training.Text(byHand: false), "0"));
                    given.Add(Start(training.Text(byHand: false)));
                }

                double ratio = Median(hand.Zip(given, (there, here) => there.Seconds / here.Seconds));
                Console.WriteLine(FormattableString.Invariant(
                    $"| {phase} | {optimizer} | {Peak(hand)} | {Peak(kept)} | {Peak(given)} | {Seconds(hand):F1} | {Seconds(kept):F1} | {Seconds(given):F1} | {ratio:F2} |"));
            }
        }

        static double Peak(List<LongTrainingMemory> runs) => Median(runs.Select(run => (double)(run.Peak >> 20)));

        static double Seconds(List<LongTrainingMemory> runs) => Median(runs.Select(run => run.Seconds));

        static double Median(IEnumerable<double> numbers) => numbers.Order().ElementAt(Rounds / 2);
    }

    /// <summary>One training in a process of its own, which says what came out.</summary>
    public static void RunChild(string text)
    {
        var (training, byHand) = LongTraining.Parse(text);
        Console.WriteLine(training.Run(byHand));
    }

    private static LongTrainingMemory Start(string text, string? givingBack = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(Memory).Assembly.Location, "memory-child", text]) { RedirectStandardOutput = true };
        start.Environment[FreeMemory.Switch] = givingBack;
        using Process child = Process.Start(start)!;
        string line = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return LongTrainingMemory.Parse(line.Trim());
    }
}
