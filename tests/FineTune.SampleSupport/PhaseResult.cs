namespace FineTune.SampleSupport;

/// <summary>What one phase came to: the numbers of the epoch whose weights were kept.</summary>
public sealed record PhaseResult(int? Epoch, double Loss, double Accuracy)
{
    /// <summary>Nothing, if the phase was interrupted in its first epoch.</summary>
    public static PhaseResult? Of(History history) => history.Outcome.Best is { } best
        ? new(best.Epoch, best.Value, history.Records.First(record => record.Epoch == best.Epoch)["val_accuracy"])
        : null;
}
