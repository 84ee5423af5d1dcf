using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>
/// The layers of a graph without names as those of a model, one after the other. All shapes have to agree; layers beyond the model's
/// last are another network's head.
/// </summary>
/// <param name="Tensors">The graph's tensors by the model's names; none where the order does not fit.</param>
/// <param name="Fault">Why it does not, as the end of a sentence.</param>
internal sealed record OnnxOrder(IReadOnlyDictionary<string, StoredTensor> Tensors, string? Fault)
{
    /// <summary>Nobody asked for it.</summary>
    public static OnnxOrder None { get; } = new(new Dictionary<string, StoredTensor>(), null);

    /// <summary>
    /// Tries the order in the file; and, as branches may stand in any order there, the one where longer branches come first.
    /// </summary>
    public static OnnxOrder Of(StoredGraph graph, IReadOnlyList<OnnxLayer> layers, IReadOnlyDictionary<string, Tensor> targets)
    {
        var modules = ModulesOf(targets);
        var asStored = Match(layers, modules);
        if (asStored.Fault is null || layers.Count == 0)
        {
            return asStored;
        }

        var branches = Match(OnnxBranches.LongestFirst(graph, layers), modules);
        return branches.Fault is null ? branches : asStored;
    }

    private static OnnxOrder Match(IReadOnlyList<OnnxLayer> layers, List<(string Name, Dictionary<string, Tensor> Tensors)> modules)
    {
        if (layers.Count < modules.Count)
        {
            return Failed($"it has {layers.Count} layers with weights, and the model {modules.Count}");
        }

        var tensors = new Dictionary<string, StoredTensor>();
        var parallel = new Dictionary<string, OnnxLayer>();
        foreach ((var layer, (var name, var expected)) in layers.Zip(modules))
        {
            if (!Fits(layer, expected))
            {
                return Failed($"{layer.Node} has {Shapes(layer.Weights.Select(pair => (pair.Key, pair.Value.Shape)))}, "
                    + $"and '{name}' {Shapes(expected.Select(pair => (pair.Key, (IReadOnlyList<long>)pair.Value.shape)))}");
            }

            // Neither comes before the other: a swap of the two would be seen by nobody.
            var key = $"{layer.Input} {string.Join(',', layer.Weights["weight"].Shape)}";
            if (!parallel.TryAdd(key, layer))
            {
                return Failed($"{parallel[key].Node} and {layer.Node} take the same input and have the same shapes");
            }

            foreach ((var role, _) in expected)
            {
                tensors.Add(name.Length > 0 ? $"{name}.{role}" : role, layer.Weights[role]);
            }
        }

        return new(tensors, null);
    }

    private static OnnxOrder Failed(string fault) => None with { Fault = fault };

    private static bool Fits(OnnxLayer layer, Dictionary<string, Tensor> expected) =>
        layer.Weights.Count == expected.Count
        && expected.All(pair =>
            layer.Weights.TryGetValue(pair.Key, out var weight) && pair.Value.shape.AsSpan().SequenceEqual([.. weight.Shape]));

    private static string Shapes(IEnumerable<(string Role, IReadOnlyList<long> Shape)> tensors) =>
        string.Join(", ", tensors.Select(tensor => $"{tensor.Role} [{string.Join(", ", tensor.Shape)}]"));

    // Counters are no weights: no file of a graph has them.
    private static List<(string Name, Dictionary<string, Tensor> Tensors)> ModulesOf(IReadOnlyDictionary<string, Tensor> targets)
    {
        var modules = new List<(string Name, Dictionary<string, Tensor> Tensors)>();
        var places = new Dictionary<string, int>();
        foreach ((var name, var tensor) in targets)
        {
            var dot = name.LastIndexOf('.');
            (var module, var role) = (name[..Math.Max(dot, 0)], name[(dot + 1)..]);
            if (role == "num_batches_tracked")
            {
                continue;
            }

            if (places.TryAdd(module, modules.Count))
            {
                modules.Add((module, []));
            }

            modules[places[module]].Tensors.Add(role, tensor);
        }

        return modules;
    }
}
