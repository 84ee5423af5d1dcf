namespace FineTune;

/// <summary>What is known of one epoch.</summary>
/// <param name="Epoch">Its number, from 0, going on through phases.</param>
/// <param name="Phase">The phase that it trained in.</param>
/// <param name="Metrics">
/// <c>loss</c>, the metrics, then with validation data <c>val_loss</c> and the metrics with <c>val_</c> before them, then
/// what callbacks reported.
/// </param>
/// <param name="LearningRates">The learning rate of each parameter group at the last step.</param>
/// <param name="Seconds">How long training and validation took.</param>
/// <param name="SamplesPerSecond">Training samples by the time that training them took.</param>
public sealed record EpochRecord(
    int Epoch,
    Phase Phase,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, double> LearningRates,
    double Seconds,
    double SamplesPerSecond)
{
    /// <summary>A metric by name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such metric.</exception>
    public double this[string metric] => Metrics.TryGetValue(metric, out var value)
        ? value
        : throw new KeyNotFoundException($"Epoch {Epoch} has no '{metric}'; it has {string.Join(", ", Metrics.Keys)}.");
}
