using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

internal sealed class CategoricalCrossEntropyLoss(double labelSmoothing, IReadOnlyList<double>? classWeights, long ignoreIndex)
    : Loss("categorical_cross_entropy")
{
    // Probabilities that were computed in half precision do not sum to 1 exactly.
    private const double RoundingError = 1e-2;

    public override Tensor PerSample(Tensor output, Tensor target)
    {
        if (output.dim() < 2)
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}]; expected a logit for each class: "
                + "[samples, classes].");
        }

        var classes = output.size(1);
        if (classes == 1)
        {
            throw new FineTuneException(
                $"{Name} got one output for each sample, with which it is always 0; give the head an output for each class, or tell two "
                    + "classes apart by one output with Losses.BinaryCrossEntropyWithLogits.");
        }

        if (classWeights is { } stated && stated.Count != classes)
        {
            throw new FineTuneException($"{Name} got {stated.Count} class weights for {classes} classes.");
        }

        var wanted = AreIndices(target) ? Indices(target, output) : Shaped(target, output);
        return MeanPerSample(functional.cross_entropy(
            output, wanted, Weights(output), ignoreIndex, Reduction.None, labelSmoothing));
    }

    public override Tensor? SampleWeights(Tensor target)
    {
        // As in PyTorch: a weighted mean divides by the weights of the wanted classes, of which one that is ignored has none;
        // with probabilities as targets, where no one class is wanted, by the number of samples.
        if (!AreIndices(target))
        {
            return null;
        }

        var ignores = TargetValues.Contains(target, ignoreIndex);
        if (classWeights is null && !ignores)
        {
            return null;
        }

        var indices = target.reshape(-1).to_type(ScalarType.Int64);
        using Scalar ignored = ignoreIndex;
        var counted = indices.ne(ignored).to_type(ScalarType.Float32);
        if (classWeights is not null)
        {
            var weights = torch.tensor(classWeights.Select(weight => (float)weight).ToArray()).to(target.device);
            counted *= weights.index_select(0, indices * indices.ne(ignored).to_type(ScalarType.Int64));
        }

        return MeanPerSample(counted.reshape(target.shape[0], -1));
    }

    public override TargetFault? Check(Tensor output, Tensor target)
    {
        if (output.dim() < 2)
        {
            return null;
        }

        return AreIndices(target) ? CheckIndices(output.size(1), target) : CheckProbabilities(output, target);
    }

    public override string? DoubtAbout(Tensor output)
    {
        if (output.dim() < 2 || TargetValues.FirstOutside(output, 0, 1) >= 0)
        {
            return null;
        }

        using var scope = torch.NewDisposeScope();
        return TargetValues.FirstOutside(output.detach().to_type(ScalarType.Float64).sum(1), 1 - RoundingError, 1 + RoundingError) < 0
            ? "The outputs for the first samples lie between 0 and 1 and sum to 1 for each sample, as after a softmax, but categorical "
                + "cross-entropy takes logits and applies a softmax itself: with two of them hardly anything is learned. Let the model "
                + "end without it."
            : null;
    }

    internal override Tensor? Counted(Tensor target)
    {
        if (!IsColumn(target) || !TargetValues.Contains(target, ignoreIndex))
        {
            return null;
        }

        using Scalar ignored = ignoreIndex;
        return target.reshape(-1).ne(ignored);
    }

    public override string ToString()
    {
        var weights = classWeights is null
            ? "none"
            : $"[{string.Join(", ", classWeights.Select(weight => FormattableString.Invariant($"{weight}")))}]";
        return FormattableString.Invariant(
            $"{Name}(labelSmoothing: {labelSmoothing}, classWeights: {weights}, ignoreIndex: {ignoreIndex})");
    }

    private static bool IsWhole(Tensor target) =>
        target.dtype is ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool;

    // Floating numbers are classes as well where there is one for each sample, and not one for each output.
    private static bool AreIndices(Tensor target) => IsWhole(target) || IsColumn(target);

    private static bool IsColumn(Tensor target) => target.dim() == 1 || (target.dim() == 2 && target.size(1) == 1);

    private TargetFault? CheckIndices(long classes, Tensor target)
    {
        var position = TargetValues.FirstOutside(target, 0, classes - 1, whole: true, except: ignoreIndex);
        if (position < 0)
        {
            return null;
        }

        var values = TargetValues.Doubles(target);
        var value = values[position];
        var advice =
            value == classes && !values.Contains(0) ? " Classes that are numbered from 1 become so by subtracting 1."
            : value >= classes && value == Math.Floor(value) ? " Give the head an output for each class, or look at the numbers."
            : "";
        return new TargetFault(
            TargetValues.RowOf(target, position),
            $"is {TargetValues.Text(value)}; with {classes} outputs, expected the number of a class from 0 to {classes - 1}, or "
                + $"{ignoreIndex} for a sample that does not count.{advice}");
    }

    private static TargetFault? CheckProbabilities(Tensor output, Tensor target)
    {
        if (!Shapes.EqualSqueezed(target, output))
        {
            return null;
        }

        var position = TargetValues.FirstOutside(target, 0, 1);
        if (position >= 0)
        {
            return new TargetFault(
                TargetValues.RowOf(target, position),
                $"has {TargetValues.Text(TargetValues.Doubles(target)[position])} for a class; expected a probability from 0 to 1.");
        }

        using var scope = torch.NewDisposeScope();
        var sums = Shapes.Like(target.detach(), output).to_type(ScalarType.Float64).sum(1);
        var wrong = TargetValues.FirstOutside(sums, 1 - RoundingError, 1 + RoundingError);
        return wrong < 0
            ? null
            : new TargetFault(
                TargetValues.RowOf(sums, wrong),
                $"has probabilities that sum to {TargetValues.Text(TargetValues.Doubles(sums)[wrong])}; expected 1. A sample of several "
                    + "classes at once takes Losses.BinaryCrossEntropyWithLogits.");
    }

    private Tensor Indices(Tensor target, Tensor output)
    {
        if (target.dtype == ScalarType.Int64 && Shapes.EqualWithoutClasses(target, output))
        {
            return target;
        }

        long[] expected = [output.shape[0], .. output.shape.Skip(2)];
        long[] column = [output.shape[0], 1, .. output.shape.Skip(2)];
        if (!target.shape.SequenceEqual(expected) && !target.shape.SequenceEqual(column))
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}] and class indices of shape "
                + $"[{string.Join(", ", target.shape)}]; expected class indices of shape [{string.Join(", ", expected)}].");
        }

        return target.reshape(expected).to_type(ScalarType.Int64);
    }

    private Tensor? Weights(Tensor output) => classWeights is null
        ? null
        : torch.tensor(classWeights.Select(weight => (float)weight).ToArray()).to_type(output.dtype).to(output.device);
}
