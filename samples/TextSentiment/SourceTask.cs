using FineTune;
using FineTune.Data;
using FineTune.Text;

namespace TextSentiment;

/// <summary>What the backbone learns before it sees an opinion: what a sentence is about, and in which words.</summary>
internal sealed class SourceTask : IDisposable
{
    private readonly TopicClassifier model;
    private readonly CompiledModel compiled;
    private readonly IDataset validation;

    private SourceTask(TopicClassifier model, CompiledModel compiled, IDataset validation, string weights, bool interrupted)
    {
        this.model = model;
        this.compiled = compiled;
        this.validation = validation;
        Weights = weights;
        WasInterrupted = interrupted;
    }

    /// <summary>The file that the backbone was saved to.</summary>
    public string Weights { get; }

    /// <summary>Whether learning was cancelled before its end.</summary>
    public bool WasInterrupted { get; }

    /// <summary>Trains a backbone from random weights, and saves it.</summary>
    public static SourceTask Learn(
        RecipeOptions options,
        TransformerArchitecture architecture,
        WordPieceTokenizer tokenizer,
        FitOptions fit)
    {
        var sentences = SentenceTable.Load(options.Topics.Written(options.Cache), tokenizer, new() { Length = options.Length });
        (var train, var validation) = ClassifiedSubset.Split(sentences, seed: options.Seed);
        var model = new TopicClassifier(architecture.Create(), architecture.FeatureWidth, sentences.Classes.Count);
        var compiled = model.Compile(Optimizers.Adam(3e-3), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        var history = compiled.Fit(train, fit with { Epochs = options.SourceEpochs, ValidationData = validation });
        var weights = Path.Combine(options.Cache, $"topics-{architecture.Name}.safetensors");
        model.SaveBackbone(weights);
        return new SourceTask(model, compiled, validation, weights, history.Outcome.Reason == StopReason.Cancelled);
    }

    /// <summary>How many topics are told apart with the backbone of a weights file, and the head learnt here.</summary>
    public double Accuracy(string weights)
    {
        model.LoadBackbone(weights);
        return compiled.Evaluate(validation)["accuracy"];
    }

    public void Dispose() => model.Dispose();
}
