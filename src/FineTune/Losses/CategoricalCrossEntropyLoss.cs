using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

internal sealed class CategoricalCrossEntropyLoss(double labelSmoothing, IReadOnlyList<double>? classWeights)
    : Loss("categorical_cross_entropy")
{
    public override Tensor PerSample(Tensor output, Tensor target)
    {
        if (output.dim() < 2)
        {
            throw new FineTuneException(
                $"{Name} got an output of shape [{string.Join(", ", output.shape)}]; expected a logit for each class: "
                + "[samples, classes].");
        }

        var classes = output.size(1);
        if (classWeights is { } stated && stated.Count != classes)
        {
            throw new FineTuneException($"{Name} got {stated.Count} class weights for {classes} classes.");
        }

        Tensor wanted;
        if (IsIndices(target))
        {
            wanted = Indices(target, output);
        }
        else
        {
            wanted = Shaped(target, output);
        }

        return MeanPerSample(functional.cross_entropy(
            output, wanted, Weights(output), -100, Reduction.None, labelSmoothing));
    }

    public override Tensor? SampleWeights(Tensor target)
    {
        // As in PyTorch: a weighted mean divides by the weights of the wanted classes; with probabilities as targets,
        // where no one class is wanted, by the number of samples.
        if (classWeights is null || !IsIndices(target))
        {
            return null;
        }

        var weights = torch.tensor(classWeights.Select(weight => (float)weight).ToArray()).to(target.device);
        var picked = weights.index_select(0, target.reshape(-1).to_type(ScalarType.Int64));
        return MeanPerSample(picked.reshape(target.shape[0], -1));
    }

    private static bool IsIndices(Tensor target) =>
        target.dtype is ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool;

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
