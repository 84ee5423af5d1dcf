namespace FineTune;

/// <summary>A metric that looks at one of several outputs.</summary>
internal sealed class OutputMetric(Metric metric, string output) : Metric($"{output.ToLowerInvariant()}_{metric.Name}", metric.Direction)
{
    /// <summary>The term of the loss that has the output, and what is wanted of it.</summary>
    public string Output => output;

    public override MetricState Start() => metric.Start();

    public override string ToString() => $"{output}: {metric}";
}
