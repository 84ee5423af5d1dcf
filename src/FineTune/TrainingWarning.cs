namespace FineTune;

/// <summary>What a <see cref="TrainingWarning"/> is about.</summary>
public enum WarningKind
{
    /// <summary>The fine-tuning rate is not below the head's.</summary>
    LearningRateNotLowered,

    /// <summary>The validation loss rises while the training loss falls: forgetting or overfitting.</summary>
    ValidationLossRising,

    /// <summary>A parameter received gradients too small to move it.</summary>
    ParameterUnmoved,

    /// <summary>Samples were left out because they cannot be read.</summary>
    SamplesSkipped,

    /// <summary>A checkpoint is damaged, and an older one is used.</summary>
    CheckpointSkipped,

    /// <summary>Of each random sample a few views are kept, and gone through in turn.</summary>
    AugmentedViewsRepeat,

    /// <summary>Features on disk take more than the memory that they may take: samples are shuffled within parts of the files.</summary>
    ShuffledByShard,

    /// <summary>What the frozen part answers was to be kept and cannot be: it is computed anew in each epoch.</summary>
    FeaturesNotKept,

    /// <summary>Training goes on from a checkpoint of other settings, as was asked for: the result is not exact.</summary>
    ResumedWithDifferences,

    /// <summary>Numbers that libtorch reads may be collected while it does: the build did not mend TorchSharp.</summary>
    NumbersMayBeCollected,

    /// <summary>The model ends in a sigmoid or softmax, but the loss takes logits.</summary>
    OutputsAreProbabilities,

    /// <summary>A learning rate that a callback had lowered was set by something else since.</summary>
    LearningRateOverwritten,

    /// <summary>What a dataset has to say of itself, such as files that were left out.</summary>
    AboutData,

    /// <summary>What trains begins inside a block of the backbone, which learns as a whole.</summary>
    BlockCut,

    /// <summary>A phase counts layers of which nobody can see when they run.</summary>
    LayerOrderUnknown,

    /// <summary>Weights in half precision train without a copy in single precision, in which small steps would add up.</summary>
    HalfPrecisionWeights,
}

/// <summary>Something that does not stop training, but that the user should know.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">One sentence: what, where, and what can be done.</param>
public sealed record TrainingWarning(WarningKind Kind, string Message);
