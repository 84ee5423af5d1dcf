using static TorchSharp.torch;

namespace FineTune.Onnx;

/// <summary>A tensor of a graph: its name, and what it is for each of the graph's samples.</summary>
/// <param name="Name">By which nodes name it.</param>
/// <param name="Samples">A tensor for each batch that goes through the graph as it is built; the same where it is a constant.</param>
internal sealed record OnnxValue(string Name, IReadOnlyList<Tensor> Samples)
{
    public int Rank => (int)Samples[0].dim();

    public ScalarType Type => Samples[0].dtype;

    /// <summary>Whether a dimension's size depends on the batch.</summary>
    public bool Varies(int dimension) => Samples.Any(sample => sample.shape[dimension] != Samples[0].shape[dimension]);

    /// <summary>A dimension's size, which must not depend on the batch.</summary>
    /// <exception cref="FineTuneException">It does.</exception>
    public long Size(int dimension)
    {
        var index = dimension < 0 ? dimension + Rank : dimension;
        return Varies(index)
            ? throw new FineTuneException(
                $"Dimension {index} of '{Name}', of shape [{string.Join(", ", Samples[0].shape)}], is another for another batch, and has "
                    + "to be the same.")
            : Samples[0].shape[index];
    }
}
