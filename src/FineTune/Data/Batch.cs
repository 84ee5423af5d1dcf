using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>Samples stacked along a new first dimension. It owns its tensors.</summary>
/// <param name="Inputs">The inputs, each of shape [samples, …].</param>
/// <param name="Targets">The targets, each of shape [samples, …].</param>
/// <param name="Indices">Which samples of the dataset these are, in the order of the rows.</param>
public sealed record Batch(Tensors Inputs, Tensors Targets, IReadOnlyList<int> Indices) : IDisposable
{
    /// <summary>The number of samples.</summary>
    public int Count => Indices.Count;

    /// <summary>The input of samples that have one.</summary>
    /// <exception cref="InvalidOperationException">They have several.</exception>
    public Tensor Input => Inputs.Only("inputs", "take Inputs");

    /// <summary>The target of samples that have one.</summary>
    /// <exception cref="InvalidOperationException">They have several, or none.</exception>
    public Tensor Target => Targets.Only("targets", "take Targets");

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        Inputs.Dispose();
        Targets.Dispose();
    }
}
