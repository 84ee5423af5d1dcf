namespace FineTune;

/// <summary>Which values of what is monitored are better.</summary>
public enum MonitorMode
{
    /// <summary>Smaller for a loss, larger for an accuracy; an error where nobody said.</summary>
    Auto,

    /// <summary>Smaller ones.</summary>
    Min,

    /// <summary>Larger ones.</summary>
    Max,
}
