namespace FineTune;

/// <summary>A value that is followed from epoch to epoch, and which way is up for it.</summary>
internal sealed class MonitoredMetric
{
    private readonly bool higherIsBetter;
    private readonly double minDelta;

    private MonitoredMetric(string name, bool higherIsBetter, double minDelta)
    {
        Name = name;
        this.higherIsBetter = higherIsBetter;
        this.minDelta = Math.Abs(minDelta);
    }

    public string Name { get; }

    /// <summary>What every finite value is better than.</summary>
    public double Worst => higherIsBetter ? double.NegativeInfinity : double.PositiveInfinity;

    /// <exception cref="FineTuneException">Nobody produces the value, or its direction is unknown.</exception>
    public static MonitoredMetric Of(FitContext fit, string owner, string name, MonitorMode mode, double minDelta)
    {
        if (!fit.Produced.Contains(name))
        {
            var hint = name.StartsWith("val_", StringComparison.Ordinal) && fit.Options.ValidationData is null
                ? " Values with 'val_' need ValidationData."
                : "";
            throw new FineTuneException(
                $"{owner} monitors '{name}', which nobody produces; there is {string.Join(", ", fit.Produced)}.{hint}");
        }

        var direction = fit.DirectionOf(name);
        if (mode == MonitorMode.Auto && direction == MetricDirection.Unknown)
        {
            throw new FineTuneException(
                $"{owner} cannot tell whether smaller or larger values of '{name}' are better; say MonitorMode.Min or Max.");
        }

        return new MonitoredMetric(
            name, mode == MonitorMode.Max || (mode == MonitorMode.Auto && direction == MetricDirection.HigherIsBetter), minDelta);
    }

    public double Read(FitContext fit) => fit.Metrics.TryGetValue(Name, out var value)
        ? value
        : throw new FineTuneException($"Nobody reported '{Name}' in epoch {fit.Epoch}; the callback that does must come first.");

    /// <summary>Strictly better, by more than the least difference that counts. What is not finite never is.</summary>
    public bool IsImprovement(double current, double best) => double.IsFinite(current)
        && (higherIsBetter ? current > best + minDelta : current < best - minDelta);
}
