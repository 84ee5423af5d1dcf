using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Counts wanted and predicted classes, batch by batch.</summary>
internal sealed class Confusion(double threshold)
{
    private static readonly Scalar Half = 0.5;
    private readonly Scalar logit = Math.Log(threshold / (1 - threshold));

    public ConfusionMatrix? Matrix { get; private set; }

    /// <summary>Adds a batch, and says of each of its samples what it is and what it was taken for.</summary>
    public IReadOnlyList<(int Wanted, int Predicted)> Add(Tensor output, Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var samples = output.shape[0];
        var classes = output.numel() / samples;
        Tensor predicted, wanted;
        if (classes == 1)
        {
            predicted = output.reshape(samples).gt(logit).to_type(ScalarType.Int64);
            wanted = target.reshape(samples).to_type(output.dtype).gt(Half).to_type(ScalarType.Int64);
        }
        else
        {
            predicted = output.argmax(1);
            wanted = ClassIndices.Of(target, output);
        }

        Matrix ??= new ConfusionMatrix((int)Math.Max(2, classes));
        var pairs = new List<(int, int)>();
        foreach (var (want, predict) in wanted.Values<long>().Zip(predicted.Values<long>()))
        {
            Matrix.Add(want, predict);
            pairs.Add(((int)want, (int)predict));
        }

        return pairs;
    }

    public void Restore(IReadOnlyList<double> saved) => Matrix = saved.Count == 0 ? null : ConfusionMatrix.Of(saved);
}
