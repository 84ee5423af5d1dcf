namespace FineTune;

/// <summary>
/// A loss or a gradient was NaN or infinite. It was found before the optimizer's step, so the weights are finite.
/// </summary>
public sealed class NonFiniteException : FineTuneException
{
    internal NonFiniteException(string what, StepPosition position, string? layer)
        : base($"{what} at {position}{(layer is null ? "" : $", first in {layer}")}; the weights were left as they were "
            + "before this step. Lower the learning rate, clip gradients, or look at the samples of this batch.")
    {
        Epoch = position.Epoch;
        Step = position.Step;
        Layer = layer;
    }

    /// <summary>The epoch, from 0; null in a training loop of one's own.</summary>
    public int? Epoch { get; }

    /// <summary>The optimizer step, from 0: within the epoch, or since the compile in a training loop of one's own.</summary>
    public long Step { get; }

    /// <summary>The layer in which it was found first, in forward order, where that could be told.</summary>
    public string? Layer { get; }
}

/// <summary>Where in training a step stands.</summary>
internal readonly record struct StepPosition(int? Epoch, long Step)
{
    public override string ToString() =>
        Epoch is { } epoch ? FormattableString.Invariant($"epoch {epoch}, step {Step}") : FormattableString.Invariant($"step {Step}");
}
