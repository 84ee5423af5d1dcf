using System.Globalization;
using FineTune.Tests;

namespace FineTune.Benchmarks;

/// <summary>
/// The memory that some hundred steps of ResNet-18 take, and their time: by hand over plain TorchSharp, and by <c>Fit</c> with and without
/// memory given back to the system. Each in a process of its own, in turn.
/// </summary>
internal static class Memory
{
    private const int Rounds = 1, Size = 64, Batch = 32, Steps = 60;

    public static void Run()
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The most memory in {Steps} steps of ResNet-18, {Size}×{Size}, batch {Batch} (MiB; medians of {Rounds}, in turn), "
                    + $"and their time (s)"));
        Console.WriteLine();
        Console.WriteLine("| phase | optimizer | by hand | kept | given back | by hand (s) | kept (s) | given back (s) |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var phase in (string[])["head", "last", "full"])
        {
            foreach (var optimizer in (string[])["Adam", "SGD"])
            {
                var training = new LongTraining(phase, optimizer, Size, Batch, Accumulate: 1, Steps);
                var (hand, kept, given) = (new List<LongTrainingMemory>(), new List<LongTrainingMemory>(), new List<LongTrainingMemory>());
                for (var round = 0; round < Rounds; round++)
                {
                    hand.Add(Start(training.Text(byHand: true)));
                    kept.Add(Start(training.Text(byHand: false), "0"));
                    given.Add(Start(training.Text(byHand: false)));
                }

                var peaks = string.Join(" | ", Peak(hand), Peak(kept), Peak(given));
                var seconds = FormattableString.Invariant($"{Seconds(hand):F1} | {Seconds(kept):F1} | {Seconds(given):F1}");
                Console.WriteLine($"| {phase} | {optimizer} | {peaks} | {seconds} |");
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

    private static LongTrainingMemory Start(string text, string? givingBack = null) =>
        LongTrainingMemory.Parse(Child.Run(["memory-child", text], (FreeMemory.Switch, givingBack)));
}
