using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>
/// Tells which loss is meant from a model's outputs and from what the dataset says of its classes, or of all of its targets: a few
/// samples tell nothing, as a folder is sorted by class.
/// </summary>
internal static class DefaultLoss
{
    public static (Loss Loss, IReadOnlyList<Metric> Metrics) Of(Module model, IDataset data)
    {
        if (data.Count == 0)
        {
            throw new FineTuneException("The training set has no samples; expected at least one.");
        }

        using var scope = torch.NewDisposeScope();
        var first = data.Read(0, new Random(0));
        if (first.Targets.Count == 0)
        {
            throw new FineTuneException(
                "Samples of the training set have no target, so there is nothing to learn: data without targets, such as "
                    + "ImageFolder.Unlabelled, is for Predict.");
        }

        var answers = Answers(model, first.Inputs.Select(input => input.unsqueeze(0)));
        if (answers.Count != 1 || first.Targets.Count != 1)
        {
            throw new FineTuneException(
                $"The loss cannot be told from {answers.Count} outputs and {first.Targets.Count} targets of a sample. State it in "
                    + "FineTuneOptions.Loss, as in Losses.Weighted((\"class\", Losses.CategoricalCrossEntropy(), 1.0), …).");
        }

        var outputs = answers[0].numel();
        var wanted = first.Target.numel();
        var floating = first.Target.is_floating_point();
        if (wanted == 1 && ClassNames.Of(data) is { } classes)
        {
            return OfClasses(outputs, classes);
        }

        if (outputs > 1 && wanted == 1 && !floating)
        {
            return (Losses.CategoricalCrossEntropy(), [Metrics.CategoricalAccuracy()]);
        }

        if (outputs == 1 && wanted == 1 && (data as IKnownTargets)?.Targets() is { } known)
        {
            using var values = known.Values;
            return OfAll(TargetValues.Doubles(values[0]), floating);
        }

        throw new FineTuneException(
            outputs == 1 && wanted == 1
                ? "The loss cannot be told: the model has one output, and the training set does not say what its targets are. State it in "
                    + "FineTuneOptions.Loss, or let the set implement IClassified, which names its classes."
                : $"The loss cannot be told from {outputs} outputs and {wanted} {(floating ? "floating-point" : "integer")} "
                    + "targets for a sample; state it in FineTuneOptions.Loss.");
    }

    private static Tensors Answers(Module model, Tensors inputs)
    {
        using var mode = new InferenceMode(model);
        var there = ModelDevice.Of(model).Input(inputs);
        return ForwardFault.Explained(model, there, () => ModelCall.Of(model, there));
    }

    private static (Loss, IReadOnlyList<Metric>) OfClasses(long outputs, IReadOnlyList<string> classes) =>
        outputs == 1 && classes.Count == 2 ? (Losses.BinaryCrossEntropyWithLogits(), [Metrics.BinaryAccuracy()])
        : outputs >= classes.Count ? (Losses.CategoricalCrossEntropy(), [Metrics.CategoricalAccuracy()])
        : throw new FineTuneException(
            $"The data has {classes.Count} classes ({ClassNames.Listed(classes)}), but the model has {outputs} "
                + $"output{(outputs == 1 ? "" : "s")}. Give the head {classes.Count} outputs.");

    private static (Loss, IReadOnlyList<Metric>) OfAll(double[] targets, bool floating)
    {
        if (targets.All(target => target is 0 or 1))
        {
            return (Losses.BinaryCrossEntropyWithLogits(), [Metrics.BinaryAccuracy()]);
        }

        double[] different = [.. targets.Distinct().Order().Take(3)];
        return floating && (different.Length > 2 || different.Any(target => target != Math.Floor(target)))
            ? (Losses.MeanSquaredError(), [])
            : throw new FineTuneException(
                $"The loss cannot be told from one output and {(floating ? "floating-point" : "integer")} targets such as "
                    + $"{string.Join(", ", different.Select(TargetValues.Text))}. For two classes, make them 0 and 1; for more, give "
                    + "the head an output for each; for numbers, state FineTuneOptions.Loss = Losses.MeanSquaredError().");
    }
}
