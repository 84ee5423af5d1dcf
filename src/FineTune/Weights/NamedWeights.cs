namespace FineTune.Weights;

/// <summary>Weights under the names of a model.</summary>
/// <param name="Tensors">By name.</param>
/// <param name="Constants">How many other tensors there are, with which a graph computes shapes and the like.</param>
/// <param name="Fault">Why the order of the layers gives no names, where it was asked for them.</param>
internal sealed record NamedWeights(IReadOnlyDictionary<string, StoredTensor> Tensors, int Constants = 0, string? Fault = null);
