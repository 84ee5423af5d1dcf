namespace FineTune.SampleSupport.Sentences;

/// <summary>What can be chosen on the command line of a sample with sentences, and by its tests.</summary>
public sealed record SentenceSampleOptions
{
    /// <summary>A CSV file of sentences; null to write some.</summary>
    public string? Data { get; init; }

    /// <summary>The column of the sentences; null for the first.</summary>
    public string? Text { get; init; }

    /// <summary>The column of the classes; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>The learning rate of the second phase; null for what the class's attribute says.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The most epochs of each phase.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>How many tokens a sentence is cut or filled up to.</summary>
    public int Length { get; init; } = 24;

    /// <summary>What everything random is derived from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What to write if there is no data.</summary>
    public SentenceSet Reviews { get; init; } = SentenceSet.Reviews;

    /// <summary>What to measure forgetting by.</summary>
    public SentenceSet Topics { get; init; } = SentenceSet.Topics;

    /// <summary>How training shows where it is.</summary>
    public ProgressStyle Progress { get; init; }

    /// <summary>Where written sentences and weights are kept.</summary>
    public string Cache { get; init; } = CacheFolder.Of("text-sentiment");

    /// <summary>Where the training is backed up until it is done.</summary>
    public string Backups() => BackupFolder.Of(Cache, this with { Progress = ProgressStyle.None, Cache = "" });
}
