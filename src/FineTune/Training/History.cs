namespace FineTune;

/// <summary>What a <c>Fit</c> did, epoch by epoch.</summary>
/// <example><code>
/// History head = compiled.Fit(train, new() { Epochs = 10, ValidationData = validation });
/// double last = head.Records[^1]["val_loss"];
/// IReadOnlyList&lt;double&gt; curve = head["loss"];
/// </code></example>
public sealed class History
{
    private readonly List<EpochRecord> records = [];
    private readonly List<TrainingWarning> warnings = [];
    private readonly int initialEpoch;

    internal History(int initialEpoch) => this.initialEpoch = initialEpoch;

    /// <summary>The epochs that were completed, in order.</summary>
    public IReadOnlyList<EpochRecord> Records => records;

    /// <summary>
    /// The number of the next epoch: where a second phase goes on, as in <c>InitialEpoch = head.NextEpoch</c>.
    /// </summary>
    public int NextEpoch => records.Count == 0 ? initialEpoch : records[^1].Epoch + 1;

    /// <summary>The epoch in which training was cut short, up to where it came; null where it ended with an epoch.</summary>
    public EpochRecord? PartialEpoch { get; internal set; }

    /// <summary>How training ended. Of two histories joined, how the second did.</summary>
    public FitOutcome Outcome { get; internal set; } = new(StopReason.Completed, "No epoch ran.");

    /// <summary>What the user should know, in the order in which it came up.</summary>
    public IReadOnlyList<TrainingWarning> Warnings => warnings;

    /// <summary>The number of optimizer steps.</summary>
    public long Steps { get; internal set; }

    /// <summary>
    /// The samples, of training and validation together, that were left out because they cannot be read. Two
    /// histories joined count those of the one that met more, as both are of the same data.
    /// </summary>
    public int SkippedSamples { get; internal set; }

    /// <summary>What was kept of the frozen part's answers and what that saved, for each <c>Fit</c>.</summary>
    public IReadOnlyList<FeatureCacheUse> FeatureCaches { get; internal set; } = [];

    /// <summary>One metric over all epochs; NaN where an epoch has none.</summary>
    /// <exception cref="KeyNotFoundException">No epoch has such a metric.</exception>
    public IReadOnlyList<double> this[string metric]
    {
        get
        {
            if (!records.Exists(record => record.Metrics.ContainsKey(metric)))
            {
                var known = records.SelectMany(record => record.Metrics.Keys).Distinct();
                throw new KeyNotFoundException($"The history has no '{metric}'; it has {string.Join(", ", known)}.");
            }

            return [.. records.Select(record => record.Metrics.GetValueOrDefault(metric, double.NaN))];
        }
    }

    /// <summary>This history and then <paramref name="next"/>, as one: a head phase and its fine-tuning, say.</summary>
    public History Concat(History next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var joined = new History(initialEpoch)
        {
            PartialEpoch = next.PartialEpoch,
            Outcome = next.Outcome,
            Steps = Steps + next.Steps,
            SkippedSamples = Math.Max(SkippedSamples, next.SkippedSamples),
            FeatureCaches = [.. FeatureCaches, .. next.FeatureCaches],
        };
        joined.records.AddRange(records);
        joined.records.AddRange(next.records);
        joined.warnings.AddRange(warnings);
        joined.warnings.AddRange(next.warnings);
        return joined;
    }

    internal void Add(EpochRecord record) => records.Add(record);

    internal void Add(TrainingWarning warning) => warnings.Add(warning);
}
