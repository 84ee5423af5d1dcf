using System.Globalization;

namespace FineTune.Weights;

/// <summary>
/// Numbered checkpoints in a folder. A new one never takes the place of another: older ones go once it is on the disk.
/// One that was found damaged does not count among those that are kept.
/// </summary>
internal sealed class CheckpointFolder(string path, int keep)
{
    private const string Prefix = "training-";
    private const string Extension = ".safetensors";

    private readonly HashSet<int> damaged = [];

    public string Path { get; } = path;

    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="least">How many are kept at least, whatever was asked for.</param>
    public void Write<TState>(TrainingCheckpoint<TState> checkpoint, int least = 1)
    {
        var numbers = Numbers();
        var next = numbers.Count == 0 ? 1 : numbers[0] + 1;
        checkpoint.Write(FileOf(next));
        var oldest = numbers.Where(number => !damaged.Contains(number)).Take(Math.Max(keep, least) - 1).LastOrDefault(next);
        foreach (var old in numbers.Where(number => number < oldest))
        {
            File.Delete(FileOf(old));
        }
    }

    /// <summary>
    /// The newest checkpoint that verifies; null where the folder has none at all. What is skipped is said through
    /// <paramref name="skipped"/>.
    /// </summary>
    /// <param name="skipped">Takes the sentence about a checkpoint that does not verify.</param>
    /// <param name="of">Which states are looked for; null for all.</param>
    /// <exception cref="WeightsFileException">There are checkpoints, and none verifies.</exception>
    public TrainingCheckpoint<TState>? Newest<TState>(Action<string> skipped, Predicate<TState>? of = null)
    {
        WeightsFileException? first = null;
        foreach (var number in Numbers().Where(number => !damaged.Contains(number)))
        {
            try
            {
                var checkpoint = TrainingCheckpoint<TState>.Read(FileOf(number));
                if (of is null || of(checkpoint.State))
                {
                    return checkpoint;
                }

                checkpoint.Dispose();
            }
            catch (WeightsFileException exception)
            {
                first ??= exception;
                damaged.Add(number);
                skipped(exception.Message);
            }
        }

        return first is null
            ? null
            : throw new WeightsFileException(
                $"None of the checkpoints in '{Path}' can be used; the newest: {first.Message} Delete the folder to start anew.", first);
    }

    // Newest first.
    private List<int> Numbers() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateFiles(Path, $"{Prefix}*{Extension}")
            .Select(file => System.IO.Path.GetFileName(file)[Prefix.Length..^Extension.Length])
            .Select(digits => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
            .Where(number => number >= 0)
            .OrderDescending()];

    private string FileOf(int number) =>
        System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D8}{Extension}"));
}
