namespace FineTune;

/// <summary>Which of the two kinds of training a <see cref="Phase"/> is.</summary>
public enum PhaseKind
{
    /// <summary>Only the head trains; the backbone is frozen.</summary>
    Head,

    /// <summary>The head trains, and with it some or all layers of the backbone.</summary>
    FineTune,
}
