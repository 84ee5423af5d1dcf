namespace FineTune;

/// <summary>
/// How <c>model.FineTune(train, validation)</c> goes through the recipe. What the defaults come to on real data, and how they were chosen,
/// stands in <c>docs/recipes.md</c>.
/// </summary>
public sealed record FineTuneOptions
{
    /// <summary>The most epochs that the head trains for, with the backbone frozen: each costs little once its features are kept.</summary>
    public int HeadEpochs { get; init; } = 60;

    /// <summary>The most epochs of fine-tuning after that.</summary>
    public int FineTuneEpochs { get; init; } = 6;

    /// <summary>
    /// Epochs after which a phase ends in which nothing got better: the validation loss of the head phase, the validation value of the
    /// first metric in fine-tuning (the loss, where there is none), whose epochs count from the half on, when the rate has fallen.
    /// </summary>
    public int Patience { get; init; } = 5;

    /// <summary>
    /// How many layers are unfrozen, from the last on, where the class's attributes do not say which: null, the default, for all of them. A
    /// count is cheaper, as what stays frozen is computed once, and leaves less room to what should be learned.
    /// </summary>
    public int? UnfreezeLast { get; init; }

    /// <summary>
    /// The optimizer; where not stated AdamW at 1e-3 for the head, and so at 1e-4 for fine-tuning, unless attributes say otherwise.
    /// </summary>
    public OptimizerConfig? Optimizer { get; init; }

    /// <summary>
    /// The loss; where not stated, told from the model's outputs and what the dataset says: one output and two classes, or targets of 0
    /// and 1 alone, mean binary cross-entropy; as many outputs as classes categorical cross-entropy; one output and other floating
    /// targets squared error. Targets count where the dataset knows all of them, as in memory and in tables.
    /// </summary>
    public Loss? Loss { get; init; }

    /// <summary>The metrics; the accuracy that goes with a cross-entropy where not stated.</summary>
    public IReadOnlyList<Metric>? Metrics { get; init; }

    /// <summary>
    /// A folder to back up into, from which the same call goes on after Ctrl-C, a crash or a kill: each phase has a folder
    /// of its own in it. Null for no backups.
    /// </summary>
    /// <seealso cref="Backup"/>
    public string? BackupFolder { get; init; }

    /// <summary>Batches between two backups inside an epoch; null for none inside.</summary>
    public int? BackupEveryBatches { get; init; }

    /// <summary>
    /// Whether to go on, with a warning, where settings or data differ from the backup's: what is stated now takes effect. By default
    /// that is an error, which lists what differs.
    /// </summary>
    public bool BackupAllowDifferences { get; init; }

    /// <summary>
    /// Everything else, as for <c>Fit</c>. Epochs, validation data and the backup are the recipe's own, and an error here; an
    /// <see cref="EarlyStopping"/> among the callbacks takes the place of the recipe's, and a <see cref="LearningRateSchedule"/> or a
    /// <see cref="ReduceLROnPlateau"/> that of its warm-up and cosine.
    /// </summary>
    public FitOptions Fit { get; init; } = new();
}

/// <summary>What <c>model.FineTune(train, validation)</c> did.</summary>
/// <param name="Compiled">The model as it was compiled last: to evaluate, predict or train on with.</param>
/// <param name="Head">The head phase.</param>
/// <param name="FineTune">The fine-tuning; null where the head phase was cancelled.</param>
public sealed record FineTuneResult(CompiledModel Compiled, History Head, History? FineTune)
{
    /// <summary>Both phases as one.</summary>
    public History History => FineTune is null ? Head : Head.Concat(FineTune);
}
