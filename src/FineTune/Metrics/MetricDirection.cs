namespace FineTune;

/// <summary>Which values of a metric are better.</summary>
public enum MetricDirection
{
    /// <summary>Nobody said; whoever monitors the metric has to.</summary>
    Unknown,

    /// <summary>Larger ones, as of an accuracy.</summary>
    HigherIsBetter,

    /// <summary>Smaller ones, as of a loss.</summary>
    LowerIsBetter,
}
