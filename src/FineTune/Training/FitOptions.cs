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

    /// <summary>The number of the first epoch: a second phase goes on with <c>InitialEpoch = head.Epochs</c>.</summary>
    public int InitialEpoch { get; init; }

    /// <summary>Samples in a batch.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>What to validate on after each epoch: in inference mode, without gradients, over the whole set.</summary>
    public IDataset? ValidationData { get; init; }

    /// <summary>Samples in a validation batch; <see cref="BatchSize"/> where not stated. Results do not depend on it.</summary>
    public int? ValidationBatchSize { get; init; }

    /// <summary>What happens besides training, called in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

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

    /// <summary>What to do about samples that cannot be read.</summary>
    public DamagedSamples DamagedSamples { get; init; }

    /// <summary>
    /// The most samples, of training and of validation each, that <see cref="DamagedSamples.Skip"/> leaves out; one more
    /// is an error. Null for any number.
    /// </summary>
    public int? MaxSkippedSamples { get; init; }

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
    /// Whether what the frozen part of the model answers to each sample, validation data included, is kept, so that it is
    /// computed once and later epochs run through the rest of the model alone. Losses and weights are the same
    /// up to rounding: about 1e-6 of a loss a step.
    /// </summary>
    public FeatureCache FeatureCache { get; init; }

    /// <summary>The most bytes of memory that it may take; null for a quarter of what there is.</summary>
    public long? FeatureCacheBytes { get; init; }

    /// <summary>
    /// Where features on disk are kept, for later runs and for other processes; null for files that are gone when they are
    /// not needed any more.
    /// </summary>
    public string? FeatureCacheFolder { get; init; }

    /// <summary>
    /// Whether features on disk are rounded to half precision, which halves their room and changes results in the third digit.
    /// </summary>
    public bool HalfPrecisionOnDisk { get; init; }

    /// <summary>
    /// Whether features may be computed with the channels of a pixel side by side in memory (channels last) where that is faster, which
    /// the first batches decide: results then agree with those without the cache to 1e-5.
    /// </summary>
    public bool FastFeatures { get; init; }

    /// <summary>
    /// With samples that are random, how many views of each are kept: epoch e trains on view e modulo this number. 0 for
    /// a new view in each epoch, which leaves nothing to keep.
    /// </summary>
    public int AugmentedViews { get; init; }

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
        DamagedSamples = DamagedSamples,
        MaxSkippedSamples = MaxSkippedSamples,
    };

    internal BatchOptions ValidationBatches => new()
    {
        BatchSize = ValidationBatchSize ?? BatchSize,
        Shuffle = false,
        Workers = Workers ?? new BatchOptions().Workers,
        DamagedSamples = DamagedSamples,
        MaxSkippedSamples = MaxSkippedSamples,
    };

    internal void Validate(IDataset train)
    {
        Require(InitialEpoch >= 0, nameof(InitialEpoch), InitialEpoch, "at least 0");
        Require(Epochs >= InitialEpoch, nameof(Epochs), Epochs,
            $"at least InitialEpoch, which is {InitialEpoch}: epochs are counted from 0");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        Require(ValidationBatchSize is null or >= 1, nameof(ValidationBatchSize), ValidationBatchSize, "at least 1");
        Require(Workers is null or >= 0, nameof(Workers), Workers, "at least 0");
        Require(MaxSkippedSamples is null or >= 0, nameof(MaxSkippedSamples), MaxSkippedSamples, "at least 0");
        Require(FeatureCacheBytes is null or >= 0, nameof(FeatureCacheBytes), FeatureCacheBytes, "at least 0");
        Require(AugmentedViews >= 0, nameof(AugmentedViews), AugmentedViews, "at least 0");
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
