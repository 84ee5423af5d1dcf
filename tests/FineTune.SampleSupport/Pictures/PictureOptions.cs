namespace FineTune.SampleSupport.Pictures;

/// <summary>What can be chosen on the command line of a sample with pictures, and by its tests.</summary>
public sealed record PictureOptions
{
    /// <summary>A folder of pictures, one folder for each class; null to draw some.</summary>
    public string? Data { get; init; }

    /// <summary>The height and width that pictures are resized to.</summary>
    public int ImageSize { get; init; } = 96;

    /// <summary>The learning rate of the second phase; null for what the class's attribute says.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The most epochs of each phase.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>What to do about pictures that cannot be read.</summary>
    public int MaxDamagedSamples { get; init; }

    /// <summary>What everything random is derived from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What to draw if there is no data.</summary>
    public PictureSet Animals { get; init; } = PictureSet.Animals;

    /// <summary>What to measure forgetting by.</summary>
    public PictureSet Figures { get; init; } = PictureSet.Figures;

    /// <summary>How training shows where it is.</summary>
    public ProgressStyle Progress { get; init; }

    /// <summary>Where drawn pictures and weights are kept.</summary>
    public string Cache { get; init; } = CacheFolder.Of("cats-vs-dogs");

    /// <summary>Where the training is backed up until it is done.</summary>
    public string Backups() => BackupFolder.Of(Cache, this with { Progress = ProgressStyle.None, Cache = "" });
}
