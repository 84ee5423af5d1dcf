namespace FineTune;

/// <summary>
/// Makes a non-finite loss or gradient an orderly end of training, with <see cref="StopReason.NonFinite"/> in the
/// outcome, where it would be a <see cref="NonFiniteException"/> otherwise. Either way it never reaches the weights.
/// </summary>
public sealed class TerminateOnNonFinite : Callback;
