namespace FineTune;

/// <summary>How a <c>Fit</c> shows where it is.</summary>
public enum ProgressStyle
{
    /// <summary>Bars on a terminal, lines elsewhere.</summary>
    Auto,

    /// <summary>A bar for each epoch, with the time that it will take, loss and metrics.</summary>
    Bar,

    /// <summary>One line for each epoch.</summary>
    Lines,

    /// <summary>Nothing.</summary>
    None,
}
