using FineTune.Data;
using TorchSharp.Modules;

namespace FineTune.SampleSupport;

/// <summary>
/// What a backbone learns before it is fine-tuned, where nobody brings weights; and how much of it is still known afterwards.
/// </summary>
public sealed class SourceTask : IDisposable
{
    private readonly SourceClassifier model;
    private readonly CompiledModel compiled;
    private readonly IDataset validation;

    private SourceTask(SourceClassifier model, CompiledModel compiled, IDataset validation, string weights, bool interrupted)
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

    /// <summary>Trains a backbone from random weights to tell classes apart, and saves it.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="features">How many features it gives.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="train">What it learns on.</param>
    /// <param name="fit">How, with the data to validate on.</param>
    /// <param name="weights">The file to save it to.</param>
    public static SourceTask Learn(Sequential backbone, int features, int classes, IDataset train, FitOptions fit, string weights)
    {
        var model = new SourceClassifier(backbone, features, classes);
        var compiled = model.Compile(Optimizers.Adam(3e-3), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        var history = compiled.Fit(train, fit);
        model.SaveBackbone(weights);
        return new SourceTask(model, compiled, fit.ValidationData!, weights, history.Outcome.Reason == StopReason.Cancelled);
    }

    /// <summary>How many samples are told apart with the backbone of a weights file, and the head learnt here.</summary>
    public double Accuracy(string weights)
    {
        model.LoadBackbone(weights);
        return compiled.Evaluate(validation)["accuracy"];
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
