namespace FineTune;

/// <summary>What ended a <c>Fit</c>.</summary>
public enum StopReason
{
    /// <summary>All epochs ran.</summary>
    Completed,

    /// <summary>The monitored value stopped improving.</summary>
    EarlyStopping,

    /// <summary>A loss, a gradient or a monitored value was NaN or infinite.</summary>
    NonFinite,

    /// <summary>The cancellation token was cancelled.</summary>
    Cancelled,

    /// <summary>A callback asked for it.</summary>
    Callback,
}
