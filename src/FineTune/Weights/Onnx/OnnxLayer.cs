namespace FineTune.Weights;

/// <summary>A node with weights: what a layer of a model is in a graph.</summary>
/// <param name="Node">The node.</param>
/// <param name="Input">The name of what goes into it.</param>
/// <param name="Weights">Its weights as a module has them, by the names they have there, such as <c>running_mean</c>.</param>
internal sealed record OnnxLayer(StoredNode Node, string Input, IReadOnlyDictionary<string, StoredTensor> Weights)
{
    public bool IsConvolution => Node.Operator is "Conv" or "ConvTranspose";
}
