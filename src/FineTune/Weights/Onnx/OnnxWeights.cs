using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>The weights in an ONNX file, and what its graph says about their names.</summary>
/// <param name="file">The file.</param>
/// <param name="graph">Its graph.</param>
/// <param name="metadata">What the writer said about the file.</param>
internal sealed class OnnxWeights(MappedFile file, StoredGraph graph, IReadOnlyDictionary<string, string> metadata)
{
    private static readonly string[] Quantized = ["DequantizeLinear", "QuantizeLinear", "DynamicQuantizeLinear", "QLinear", "Integer"];

    private readonly OnnxLayers layers = OnnxLayers.Of(file, graph);

    public IReadOnlyDictionary<string, StoredTensor> Tensors => layers.Tensors;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>
    /// The weights under the names of a model. Where the file's are not those of modules, the layers in the order in which they run are
    /// taken for the model's in its order, if every shape agrees.
    /// </summary>
    /// <param name="targets">The model's tensors, in the order of its layers.</param>
    /// <exception cref="WeightsFileException">They are quantized, or BatchNorms were folded into them.</exception>
    public NamedWeights For(IReadOnlyDictionary<string, Tensor> targets)
    {
        if (graph.Nodes.FirstOrDefault(IsQuantized) is { } quantized)
        {
            throw new WeightsFileException(
                $"'{file.Path}' holds quantized weights ({quantized}), which cannot be trained; take the model from before it was "
                    + "quantized.");
        }

        ThrowIfFolded(targets);
        var order = HaveNamesOf(targets) ? OnnxOrder.None : OnnxOrder.Of(graph, layers.All, targets);
        var named = new Dictionary<string, StoredTensor>(order.Tensors);
        var taken = order.Tensors.Values.Select(tensor => tensor.Name).ToHashSet();
        var constants = 0;
        foreach ((var name, var tensor) in layers.Tensors.Where(pair => !taken.Contains(pair.Key)))
        {
            if (!targets.ContainsKey(name) && IsConstant(name, tensor))
            {
                constants++;
            }
            else
            {
                named.TryAdd(name, tensor);
            }
        }

        return new(named, constants, order.Fault);
    }

    private static bool IsQuantized(StoredNode node) => Quantized.Any(name => node.Operator.Contains(name, StringComparison.Ordinal));

    private bool IsConstant(string name, StoredTensor tensor) =>
        layers.Aliases.Contains(name)
        || tensor.Shape.Count == 0
        || tensor.Type is ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64;

    private bool HaveNamesOf(IReadOnlyDictionary<string, Tensor> targets)
    {
        var fitting = layers.All.Count(layer => layer.Weights.Values.Any(weight => IsNameIn(weight.Name, targets)));
        return 2 * fitting >= layers.All.Count;
    }

    // With or without what stands before the names in a file of a whole model.
    private static bool IsNameIn(string name, IReadOnlyDictionary<string, Tensor> targets)
    {
        for (var start = 0; start >= 0; start = name.IndexOf('.', start) is var dot and >= 0 ? dot + 1 : -1)
        {
            if (targets.ContainsKey(name[start..]))
            {
                return true;
            }
        }

        return false;
    }

    private void ThrowIfFolded(IReadOnlyDictionary<string, Tensor> targets)
    {
        if (layers.All.Any(layer => layer.IsConvolution)
            && graph.Nodes.All(node => node.Operator != "BatchNormalization")
            && targets.Keys.FirstOrDefault(name => name.EndsWith(".running_mean", StringComparison.Ordinal)) is { } norm)
        {
            throw new WeightsFileException(
                $"'{file.Path}' has no BatchNorm, such as '{norm[..norm.LastIndexOf('.')]}': whoever exported the model folded them into "
                    + "its convolutions, and they cannot be taken out again. Export it with them, as by torch.onnx.export(…, "
                    + "training=torch.onnx.TrainingMode.PRESERVE), or take its .pth.");
        }
    }
}
