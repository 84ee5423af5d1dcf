namespace FineTune.SampleSupport;

/// <summary>The closing table; what was not reached is null.</summary>
/// <param name="Before">The untrained head on the pre-trained backbone.</param>
/// <param name="Head">The head phase.</param>
/// <param name="FineTuned">The second phase.</param>
/// <param name="OtherTask">What the fine-tuning made of another task.</param>
/// <param name="Skipped">The samples that were left out because they are damaged.</param>
/// <param name="Caches">What each phase that ran saved by computing the frozen part once only; one that was finished before does not run
/// again.</param>
public sealed record Summary(
    PhaseResult? Before,
    PhaseResult? Head,
    PhaseResult? FineTuned,
    Forgetting? OtherTask,
    int Skipped,
    IReadOnlyList<(string Phase, FeatureCacheUse Use)> Caches)
{
    /// <summary>The table of a training that came as far as this.</summary>
    public Summary(Evaluation before, History head, History? fine = null, Forgetting? otherTask = null)
        : this(
            new PhaseResult(null, before.Loss, before["accuracy"]),
            PhaseResult.Of(head),
            fine is null ? null : PhaseResult.Of(fine),
            otherTask,
            (fine is null ? head : head.Concat(fine)).SkippedSamples,
            [
                .. head.FeatureCaches.Select(use => ("Head phase", use)),
                .. (fine?.FeatureCaches ?? []).Select(use => ("Fine-tuning", use)),
            ])
    {
    }

    /// <summary>Prints it.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"",-30}{"before",12}{"head",12}{"fine-tuned",12}");
        Row("validation loss", $"{Before?.Loss:F4}", $"{Head?.Loss:F4}", $"{FineTuned?.Loss:F4}");
        Row("validation accuracy", $"{Before?.Accuracy:0.0%}", $"{Head?.Accuracy:0.0%}", $"{FineTuned?.Accuracy:0.0%}");
        Row("epoch whose weights were kept", "", $"{Head?.Epoch}", $"{FineTuned?.Epoch}");
        Row("accuracy on another task", $"{OtherTask?.Before:0.0%}", $"{OtherTask?.Before:0.0%}", $"{OtherTask?.After:0.0%}");
        if (OtherTask is { } task)
        {
            output.WriteLine($"Forgotten of the other task: {Math.Max(0, task.Before - task.After):0.0%}.");
        }

        foreach ((var phase, var use) in Caches)
        {
            output.WriteLine($"{phase}: {use}");
        }

        if (Skipped > 0)
        {
            output.WriteLine($"Damaged samples left out: {Skipped}.");
        }

        void Row(string name, string before, string head, string fine) =>
            output.WriteLine($"{name,-30}{Shown(before),12}{Shown(head),12}{Shown(fine),12}");

        string Shown(string value) => value.Length == 0 ? "-" : value;
    }
}
