using FineTune;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Pictures;
using FineTune.Vision;

namespace CatsVsDogs;

/// <summary>What can be chosen on the command line.</summary>
internal sealed record RecipeOptions
{
    /// <summary>A folder of pictures, one folder for each class; null to draw some.</summary>
    public string? Data { get; init; }

    /// <summary>A file of pre-trained weights; null to pre-train some.</summary>
    public string? Weights { get; init; }

    /// <summary>The pre-trained network; by default a small one, which is pre-trained in seconds.</summary>
    public BackboneArchitecture Backbone { get; init; } = Small;

    /// <summary>The learning rate of the second phase; null for what the class's attribute says.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The most epochs of each phase.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>What to do about pictures that cannot be read.</summary>
    public int MaxDamagedSamples { get; init; }

    /// <summary>What everything random is derived from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What to draw if there is no data.</summary>
    public PictureSet Animals { get; init; } = PictureSet.Animals;

    /// <summary>What to pre-train on if there are no weights.</summary>
    public PictureSet Figures { get; init; } = PictureSet.Figures;

    /// <summary>The epochs of pre-training.</summary>
    public int SourceEpochs { get; init; } = 8;

    /// <summary>How training shows where it is.</summary>
    public ProgressStyle Progress { get; init; }

    /// <summary>Where drawn pictures and weights are kept.</summary>
    public string Cache { get; init; } = CacheFolder.Of("cats-vs-dogs");

    /// <summary>Where the training is backed up until it is done.</summary>
    public string Backups() => BackupFolder.Of(Cache, this with { Progress = ProgressStyle.None, Cache = "" });

    /// <summary>A residual network of 32 layers, an eighth as wide as ResNet-18.</summary>
    public static BackboneArchitecture Small { get; } =
        new("small", 64, Normalization.ImageNet, 128, () => Backbones.ResNet([1, 1, 1, 1], width: 16));
}
