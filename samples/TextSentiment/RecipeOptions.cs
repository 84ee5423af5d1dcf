using FineTune;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Sentences;
using FineTune.Text;

namespace TextSentiment;

/// <summary>What can be chosen on the command line.</summary>
internal sealed record RecipeOptions
{
    /// <summary>A CSV file of sentences; null to write some.</summary>
    public string? Data { get; init; }

    /// <summary>The column of the sentences; null for the first.</summary>
    public string? Text { get; init; }

    /// <summary>The column of the classes; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>A file of pre-trained weights; null to pre-train some.</summary>
    public string? Weights { get; init; }

    /// <summary>The vocabulary of the weights; null for that of the written sentences.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>The pre-trained network; null for a small one, which is pre-trained in seconds.</summary>
    public TransformerArchitecture? Backbone { get; init; }

    /// <summary>The learning rate of the second phase; null for what the class's attribute says.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The most epochs of each phase.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>How many tokens a sentence is cut or filled up to.</summary>
    public int Length { get; init; } = 24;

    /// <summary>What everything random is derived from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What to write if there is no data.</summary>
    public SentenceSet Reviews { get; init; } = SentenceSet.Reviews;

    /// <summary>What to pre-train on if there are no weights.</summary>
    public SentenceSet Topics { get; init; } = SentenceSet.Topics;

    /// <summary>The epochs of pre-training.</summary>
    public int SourceEpochs { get; init; } = 4;

    /// <summary>How training shows where it is.</summary>
    public ProgressStyle Progress { get; init; }

    /// <summary>Where written sentences and weights are kept.</summary>
    public string Cache { get; init; } = CacheFolder.Of("text-sentiment");

    /// <summary>Where the training is backed up until it is done.</summary>
    public string Backups() => BackupFolder.Of(Cache, this with { Progress = ProgressStyle.None, Cache = "" });

    /// <summary>The network for a vocabulary.</summary>
    /// <exception cref="FineTuneException">They do not belong together.</exception>
    public TransformerArchitecture BackboneFor(WordPieceTokenizer tokenizer)
    {
        var tokens = tokenizer.Vocabulary.Count;
        if (Backbone is null)
        {
            return Small with { VocabularySize = tokens };
        }

        if (Vocabulary is null)
        {
            throw new FineTuneException(
                $"'{Backbone.Name}' needs its vocabulary: add --vocabulary with the vocab.txt that lies beside its weights.");
        }

        return Backbone.VocabularySize == tokens
            ? Backbone
            : throw new FineTuneException(
                $"'{Vocabulary}' has {tokens} tokens, but '{Backbone.Name}' knows {Backbone.VocabularySize}; expected the vocab.txt "
                    + "that lies beside its weights.");
    }

    /// <summary>Two blocks, a twenty-fourth as wide as BERT.</summary>
    private static TransformerArchitecture Small { get; } = new("small")
    {
        VocabularySize = 0,
        FeatureWidth = 32,
        Blocks = 2,
        Heads = 4,
        InnerWidth = 64,
        MaxLength = 512,
        TokenTypes = 0,
        Pooling = Pooling.Mean,
    };
}
