using FineTune.Data;
using FineTune.Text;

namespace FineTune.SampleSupport.Sentences;

/// <summary>What fine-tuning on opinions makes of what a transformer knew of topics.</summary>
public static class TopicProbe
{
    /// <summary>The accuracy of telling topics apart before and after.</summary>
    /// <param name="options">Which topics.</param>
    /// <param name="tokenizer">What cuts sentences into tokens.</param>
    /// <param name="fit">How the probe learns.</param>
    /// <param name="fineTuned">The file of the fine-tuned backbone.</param>
    public static Forgetting Ask(SentenceSampleOptions options, WordPieceTokenizer tokenizer, FitOptions fit, string fineTuned)
    {
        var topics = SentenceTable.Load(options.Topics.Written(options.Cache), tokenizer, new() { Length = options.Length });
        (var train, var validation) = ClassifiedSubset.Split(topics, seed: options.Seed);
        var network = Pretrained.MiniLM;
        return SourceProbe.Ask(network.Create(), network.Architecture.FeatureWidth, train, validation, fit, fineTuned);
    }
}
