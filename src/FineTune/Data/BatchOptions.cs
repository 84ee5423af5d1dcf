namespace FineTune.Data;

/// <summary>How samples become batches.</summary>
public sealed record BatchOptions
{
    /// <summary>Samples in a batch; the last one of an epoch may have fewer. 32 by default, as in Keras.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Whether each epoch has an order of its own, derived from <see cref="Seed"/> and the epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>What the order of the samples and their augmentation are derived from.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// How likely each sample is drawn, by its index: each epoch draws as many samples as there are, with replacement
    /// (PyTorch's <c>WeightedRandomSampler</c>). Null takes each once.
    /// </summary>
    public IReadOnlyList<double>? SamplingWeights { get; init; }

    /// <summary>Whether a last batch with fewer samples is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>
    /// The background threads that read samples; with 0 they are read by the thread that asks for the batch. The
    /// batches are the same, whatever the number.
    /// </summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount - 1, 1, 8);

    /// <summary>The batches that may be ready or in the making at a time: the bound of the memory taken.</summary>
    public int Prefetch { get; init; } = 4;

    /// <summary>
    /// The most samples that are left out, and counted, as they cannot be read; one more is an error. 0 by default: the first is one.
    /// </summary>
    public int MaxDamagedSamples { get; init; }

    internal void Validate(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxDamagedSamples);
        if (SamplingWeights is { } weights
            && (weights.Count != samples || !weights.All(weight => double.IsFinite(weight) && weight >= 0) || weights.Sum() <= 0))
        {
            throw new FineTuneException(
                $"SamplingWeights needs one finite weight for each of the {samples} samples, none negative and one above 0.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Workers);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
    }
}
