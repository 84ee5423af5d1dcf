namespace FineTune;

/// <summary>What a saved model says of itself. Nothing in it is of the machine or the user that it was trained by.</summary>
public sealed record ModelInfo
{
    /// <summary>The name of the model's class, with its namespace.</summary>
    public required string Model { get; init; }

    /// <summary>What its attributes said, as <see cref="Manifest"/> has it in words.</summary>
    public required string Manifest { get; init; }

    /// <summary>The names of the classes by their numbers; empty where the training data had none.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The pre-trained part: the name of its file, or what <see cref="SaveOptions.Backbone"/> said; null if unknown.</summary>
    public string? Backbone { get; init; }

    /// <summary>The loss with its options.</summary>
    public required string Loss { get; init; }

    /// <summary>The last optimizer with its options.</summary>
    public required string Optimizer { get; init; }

    /// <summary>Each <c>Fit</c> since the first compile, in order; empty after a loop of one's own.</summary>
    public required IReadOnlyList<TrainingSummary> Trainings { get; init; }

    /// <summary>Every value of the history.</summary>
    public required IReadOnlyList<MetricSummary> Metrics { get; init; }

    /// <summary>The version of FineTune that wrote the file.</summary>
    public required string Library { get; init; }

    /// <summary>The version of TorchSharp that it was trained with.</summary>
    public required string TorchSharp { get; init; }

    /// <summary>When the file was written.</summary>
    public required DateTimeOffset SavedAt { get; init; }
}

/// <summary>One <c>Fit</c> in numbers.</summary>
/// <param name="Phase">What trained, as in <c>fine-tune (last 20 layers)</c>.</param>
/// <param name="Epochs">The epochs that were completed.</param>
/// <param name="Steps">The optimizer steps.</param>
/// <param name="Samples">The samples of the training data.</param>
/// <param name="BatchSize">Samples in a batch.</param>
/// <param name="Seed">What everything random followed from.</param>
/// <param name="Outcome">How it ended, and whose weights the model had then.</param>
public sealed record TrainingSummary(string Phase, int Epochs, long Steps, int Samples, int BatchSize, int Seed, string Outcome);

/// <summary>A value of the history over all epochs.</summary>
/// <param name="Name">Its name, as in <c>val_loss</c>.</param>
/// <param name="Last">Its value in the last epoch that has one.</param>
/// <param name="Best">The best of all epochs; null where nobody said which values are better.</param>
/// <param name="BestEpoch">The epoch of that, from 0.</param>
public sealed record MetricSummary(string Name, double Last, double? Best = null, int? BestEpoch = null);
