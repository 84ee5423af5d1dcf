using FineTune;
using FineTune.Vision;

namespace CatsVsDogs;

/// <summary>What the backbone learns before it sees an animal: to tell figures apart.</summary>
internal sealed class SourceTask : IDisposable
{
    private readonly FigureClassifier model;
    private readonly CompiledModel compiled;
    private readonly ImageFolder validation;

    private SourceTask(FigureClassifier model, CompiledModel compiled, ImageFolder validation, string weights, bool interrupted)
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
    public static SourceTask Learn(RecipeOptions options, ImageFolderOptions pictures, FitOptions fit)
    {
        (var train, var validation) = ImageFolder.LoadSplit(options.Figures.Drawn(options.Cache), pictures);
        var model = new FigureClassifier(options.Backbone.Create(), options.Backbone.FeatureWidth, train.Classes.Count);
        var compiled = model.Compile(Optimizers.Adam(3e-3), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        var history = compiled.Fit(train, fit with { BatchSize = 32, Epochs = options.SourceEpochs, ValidationData = validation });
        var weights = Path.Combine(options.Cache, $"figures-{options.Backbone.Name}.safetensors");
        model.SaveBackbone(weights);
        return new SourceTask(model, compiled, validation, weights, history.Outcome.Reason == StopReason.Cancelled);
    }

    /// <summary>How many figures are told apart with the backbone of a weights file, and the head learnt here.</summary>
    public double Accuracy(string weights)
    {
        model.LoadBackbone(weights);
        return compiled.Evaluate(validation)["accuracy"];
    }

    public void Dispose() => model.Dispose();
}
