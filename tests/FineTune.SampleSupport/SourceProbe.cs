using FineTune.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.SampleSupport;

/// <summary>
/// How much of what a backbone knew before is still there: a head learns another task on the backbone as it was pre-trained, and is
/// asked again on the backbone as it was fine-tuned.
/// </summary>
internal static class SourceProbe
{
    /// <summary>The accuracy on the other task before and after.</summary>
    /// <param name="pretrained">The backbone as it was pre-trained.</param>
    /// <param name="features">How many features it gives.</param>
    /// <param name="train">What the head learns on.</param>
    /// <param name="validation">What it is asked.</param>
    /// <param name="fit">How it learns.</param>
    /// <param name="fineTuned">The file of the fine-tuned backbone.</param>
    public static Forgetting Ask(
        Sequential pretrained,
        int features,
        IClassified train,
        IClassified validation,
        FitOptions fit,
        string fineTuned)
    {
        manual_seed(fit.Seed);
        using var model = new Classifier(pretrained, features, train.Classes.Count);
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        compiled.Fit(train, fit with { Epochs = 20, ValidationData = validation, Callbacks = [new EarlyStopping(patience: 2)] });
        var before = compiled.Evaluate(validation)["accuracy"];
        model.LoadBackbone(fineTuned);
        return new(before, compiled.Evaluate(validation)["accuracy"]);
    }
}
