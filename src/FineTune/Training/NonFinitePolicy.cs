namespace FineTune;

/// <summary>What a loss or a gradient that is not finite does to a <c>Fit</c>. Either way it never reaches the weights.</summary>
public enum NonFinitePolicy
{
    /// <summary>It is a <see cref="NonFiniteException"/>, which names epoch, step and layer.</summary>
    Throw,

    /// <summary>
    /// It ends training in order, with <see cref="StopReason.NonFinite"/> in the outcome: callbacks restore and write what they would.
    /// </summary>
    Stop,
}
