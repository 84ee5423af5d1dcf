using FineTune.Data;

namespace FineTune;

/// <summary>How a <c>Fit</c> trains. Every option has the default that Keras gives it, unless said otherwise.</summary>
public sealed record FitOptions
{
    /// <summary>
    /// The epoch to stop before, counted from 0 and not from <see cref="InitialEpoch"/>: epochs run from
    /// <see cref="InitialEpoch"/> to <c>Epochs - 1</c>.
    /// </summary>
    public int Epochs { get; init; } = 1;

    /// <summary>The number of the first epoch: a second phase goes on with <c>InitialEpoch = head.NextEpoch</c>.</summary>
    public int InitialEpoch { get; init; }

    /// <summary>Samples in a batch.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>What to validate on after each epoch: in inference mode, without gradients, over the whole set.</summary>
    public IDataset? ValidationData { get; init; }

    /// <summary>Samples in a validation batch; <see cref="BatchSize"/> where not stated. Results do not depend on it.</summary>
    public int? ValidationBatchSize { get; init; }

    /// <summary>What happens besides training, called in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>Where to write checkpoints, so that a run that was cut short goes on; null for none.</summary>
    public Backup? Backup { get; init; }

    /// <summary>Whether a loss or gradient that is not finite is an exception or an orderly end.</summary>
    public NonFinitePolicy OnNonFinite { get; init; }

    /// <summary>Whether each epoch goes through the data in an order of its own.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// What the order of samples, augmentation and dropout are derived from, epoch by epoch. (Keras seeds nothing by
    /// default.) The same seed, thread count and machine give the same bits.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>Whether a last batch with fewer samples is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>Background threads that read samples; null leaves it to the number of cores. Results do not depend on it.</summary>
    public int? Workers { get; init; }

    /// <summary>
    /// The most samples, of training and of validation each, that are left out, and counted, as they cannot be read; one more is an
    /// error. 0 by default: the first is one.
    /// </summary>
    public int MaxDamagedSamples { get; init; }

    /// <summary>
    /// Batches whose gradients make one optimizer step together: k batches equal one that is k times as large, also
    /// where the last ones are fewer or smaller.
    /// </summary>
    public int AccumulateBatches { get; init; } = 1;

    /// <summary>
    /// The norm that all gradients together are scaled down to where it is larger (PyTorch's <c>clip_grad_norm_</c>).
    /// </summary>
    public double? ClipNorm { get; init; }

    /// <summary>
    /// The absolute value that each element of a gradient is cut off at (PyTorch's <c>clip_grad_value_</c>), after
    /// <see cref="ClipNorm"/>.
    /// </summary>
    public double? ClipValue { get; init; }

    /// <summary>
    /// How much each training sample counts, by its index in the dataset; means divide by the sum of weights. Null
    /// counts each as one.
    /// </summary>
    public IReadOnlyList<float>? SampleWeights { get; init; }

    /// <summary>
    /// How likely each training sample is drawn, by its index in the dataset: each epoch draws as many as there are, with
    /// replacement; <see cref="ClassWeights.ForSampling"/> evens out classes. Null takes each once.
    /// </summary>
    public IReadOnlyList<double>? SamplingWeights { get; init; }

    /// <summary>
    /// Mixes the samples of each training batch with each other, as <see cref="BatchTransforms.MixUp"/> does; null for none. The frozen
    /// part is then computed anew for each batch, as no two see the same inputs.
    /// </summary>
    public BatchTransform? BatchTransform { get; init; }

    /// <summary>How what the frozen part of the model answers to a sample is kept, so that it is computed once.</summary>
    public FeatureCache FeatureCache { get; init; } = new();

    /// <summary>Ends training after the step that is under way, with the weights and the history as of then.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>How to show where training is.</summary>
    public ProgressStyle Progress { get; init; }

    internal BatchOptions TrainingBatches => new()
    {
        BatchSize = BatchSize,
        Shuffle = Shuffle,
        Seed = Seed,
        SamplingWeights = SamplingWeights,
        DropLast = DropLast,
        Workers = Workers ?? new BatchOptions().Workers,
        MaxDamagedSamples = MaxDamagedSamples,
    };

    internal BatchOptions ValidationBatches => new()
    {
        BatchSize = ValidationBatchSize ?? BatchSize,
        Shuffle = false,
        Workers = Workers ?? new BatchOptions().Workers,
        MaxDamagedSamples = MaxDamagedSamples,
    };

    internal void Validate(IDataset train)
    {
        Require(InitialEpoch >= 0, nameof(InitialEpoch), InitialEpoch, "at least 0");
        Require(Epochs >= InitialEpoch, nameof(Epochs), Epochs,
            $"at least InitialEpoch, which is {InitialEpoch}: epochs are counted from 0");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        Require(ValidationBatchSize is null or >= 1, nameof(ValidationBatchSize), ValidationBatchSize, "at least 1");
        Require(Workers is null or >= 0, nameof(Workers), Workers, "at least 0");
        Require(MaxDamagedSamples >= 0, nameof(MaxDamagedSamples), MaxDamagedSamples, "at least 0");
        Require(FeatureCache.MaxBytes is null or >= 0, "FeatureCache.MaxBytes", FeatureCache.MaxBytes, "at least 0");
        Require(FeatureCache.AugmentedViews >= 0, "FeatureCache.AugmentedViews", FeatureCache.AugmentedViews, "at least 0");
        Require(AccumulateBatches >= 1, nameof(AccumulateBatches), AccumulateBatches, "at least 1");
        Require(ClipNorm is null or > 0, nameof(ClipNorm), ClipNorm, "above 0");
        Require(ClipValue is null or > 0, nameof(ClipValue), ClipValue, "above 0");
        Require(SampleWeights is null || SampleWeights.Count == train.Count, nameof(SampleWeights), SampleWeights?.Count,
            $"one weight for each of the {train.Count} training samples");
        Require(SampleWeights is null || SampleWeights.All(weight => float.IsFinite(weight) && weight >= 0),
            nameof(SampleWeights), "a list with a negative or non-finite weight", "finite weights that are not negative");
    }

    private static void Require(bool holds, string option, object? value, string expected)
    {
        if (!holds)
        {
            throw new FineTuneException(FormattableString.Invariant($"{option} is {value}; expected {expected}."));
        }
    }
}
