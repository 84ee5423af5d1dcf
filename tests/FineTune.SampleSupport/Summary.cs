namespace FineTune.SampleSupport;

/// <summary>What one phase came to: the numbers of the epoch whose weights were kept.</summary>
public sealed record PhaseResult(int Epoch, double Loss, double Accuracy)
{
    /// <summary>Nothing, if the phase was interrupted in its first epoch.</summary>
    public static PhaseResult? Of(History history) => history.Outcome.Best is { } best
        ? new(best.Epoch, best.Value, history.Records.First(record => record.Epoch == best.Epoch)["val_accuracy"])
        : null;
}

/// <summary>The closing table; what was not reached is null.</summary>
/// <param name="Head">The head phase.</param>
/// <param name="FineTuned">The second phase.</param>
/// <param name="SourceBefore">The accuracy on the source task with the pre-trained backbone.</param>
/// <param name="SourceAfter">The same with the fine-tuned one.</param>
/// <param name="Skipped">The samples that were left out because they are damaged.</param>
/// <param name="Caches">What each phase that ran saved by computing the frozen part once only; one that was finished before does not run
/// again.</param>
public sealed record Summary(
    PhaseResult? Head,
    PhaseResult? FineTuned,
    double? SourceBefore,
    double? SourceAfter,
    int Skipped,
    IReadOnlyList<(string Phase, FeatureCacheUse Use)> Caches)
{
    public static Summary Nothing { get; } = new(null, null, null, null, 0, []);

    public static Summary Of(History head, History? fine = null, double? sourceBefore = null, double? sourceAfter = null)
    {
        var all = fine is null ? head : head.Concat(fine);
        return new(
            PhaseResult.Of(head),
            fine is null ? null : PhaseResult.Of(fine),
            sourceBefore,
            sourceAfter,
            all.SkippedSamples,
            CachesOf(head, fine));
    }

    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"",-30}{"after the head phase",22}{"after fine-tuning",20}");
        Row("validation loss", $"{Head?.Loss:F4}", $"{FineTuned?.Loss:F4}");
        Row("validation accuracy", $"{Head?.Accuracy:0.0%}", $"{FineTuned?.Accuracy:0.0%}");
        Row("epoch whose weights were kept", $"{Head?.Epoch}", $"{FineTuned?.Epoch}");
        Row("accuracy on the source task", $"{SourceBefore:0.0%}", $"{SourceAfter:0.0%}");
        foreach ((var phase, var use) in Caches)
        {
            output.WriteLine($"{phase}: {use}");
        }

        if (Skipped > 0)
        {
            output.WriteLine($"Damaged samples left out: {Skipped}.");
        }

        void Row(string name, string head, string fine) =>
            output.WriteLine($"{name,-30}{Shown(head),22}{Shown(fine),20}");

        static string Shown(string value) => value.Length == 0 ? "-" : value;
    }

    private static (string, FeatureCacheUse)[] CachesOf(History head, History? fine) =>
        [.. head.FeatureCaches.Select(use => ("Head phase", use)), .. (fine?.FeatureCaches ?? []).Select(use => ("Fine-tuning", use))];
}
