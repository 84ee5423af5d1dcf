using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>Samples stacked along a new first dimension. It owns its tensors.</summary>
/// <param name="Input">The inputs, of shape [samples, …].</param>
/// <param name="Target">The targets, of shape [samples, …].</param>
/// <param name="Indices">Which samples of the dataset these are, in the order of the rows.</param>
public sealed record Batch(Tensor Input, Tensor Target, IReadOnlyList<int> Indices) : IDisposable
{
    /// <summary>The number of samples.</summary>
    public int Count => Indices.Count;

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Input.Dispose();
        Target.Dispose();
    }
}
