namespace FineTune;

/// <summary>How a <c>Fit</c> ended, and whose weights the model has now.</summary>
/// <param name="Reason">What ended it.</param>
/// <param name="Message">The same in one sentence, with the epoch.</param>
/// <param name="Best">The best epoch by a monitored value, where an <see cref="EarlyStopping"/> watched one.</param>
/// <param name="WeightsRestored">Whether the model has the weights of the best epoch now.</param>
public sealed record FitOutcome(StopReason Reason, string Message, BestEpoch? Best = null, bool WeightsRestored = false);

/// <summary>The epoch at which a monitored value was best.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Monitor">What was monitored, as in <c>val_loss</c>.</param>
/// <param name="Value">Its value then.</param>
public sealed record BestEpoch(int Epoch, string Monitor, double Value);
