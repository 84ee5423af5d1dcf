using FineTune.Data;

namespace FineTune;

/// <summary>What <see cref="TrainingReport.WriteReport"/> shows.</summary>
public sealed record ReportOptions
{
    /// <summary>The heading; the model's name where not stated.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// What the confusion matrix counts and where examples come from; the validation data of the last <c>Fit</c> where
    /// not stated.
    /// </summary>
    public IDataset? Data { get; init; }

    /// <summary>The names of the classes, by number; the dataset's own where not stated.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The most examples, those that the model gets wrong first; 0 for none.</summary>
    public int Examples { get; init; } = 12;
}
