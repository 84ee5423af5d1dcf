namespace FineTune.Weights;

/// <summary>
/// Which weights of a graph belong to which of its layers: those of convolutions, norms and linear layers. Exporters fold
/// what they can: the weight of a linear layer, transposed, is a matrix without its name then, and only the bias that is added has one.
/// </summary>
internal sealed class OnnxLayers
{
    private const string Weight = "weight", Bias = "bias";

    private static readonly string[] BatchNorm = [Weight, Bias, "running_mean", "running_var"];

    private readonly MappedFile file;
    private readonly StoredGraph graph;
    private readonly Dictionary<string, StoredNode> producers = [];
    private readonly Dictionary<string, StoredNode> additions = [];
    private readonly Dictionary<string, int> uses = [];
    private readonly Dictionary<string, StoredTensor> tensors;

    private OnnxLayers(MappedFile file, StoredGraph graph)
    {
        this.file = file;
        this.graph = graph;
        tensors = new(graph.Tensors);
        IndexNodes();
        foreach (var node in graph.Nodes)
        {
            AddLayer(node);
        }

        AddAliases();
    }

    /// <summary>The layers, in the order in which they stand in the file, in which they can run.</summary>
    public List<OnnxLayer> All { get; } = [];

    /// <summary>
    /// The tensors of the graph by name: a linear layer's weight as the layer has it, and under its name if its bias has one.
    /// </summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>Tensors that are the same as others, by name.</summary>
    public HashSet<string> Aliases { get; } = [];

    /// <exception cref="WeightsFileException">A node comes before what goes into it, or changes its weight.</exception>
    public static OnnxLayers Of(MappedFile file, StoredGraph graph) => new(file, graph);

    private void IndexNodes()
    {
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                uses[input] = uses.GetValueOrDefault(input) + 1;
                if (node.Operator == "Add" && !graph.Tensors.ContainsKey(input))
                {
                    additions.TryAdd(input, node);
                }
            }

            foreach (var output in node.Outputs.Where(output => output.Length > 0))
            {
                if (uses.ContainsKey(output))
                {
                    throw OnnxFile.Error(file, $"'{output}' is used before it is computed");
                }

                if (!producers.TryAdd(output, node))
                {
                    throw OnnxFile.Error(file, $"'{output}' is computed twice");
                }
            }
        }
    }

    private void AddLayer(StoredNode node)
    {
        switch (node.Operator)
        {
            case "Conv" or "ConvTranspose":
                Add(node, [Weight, Bias], 1);
                break;
            case "BatchNormalization":
                Add(node, BatchNorm, 1);
                break;
            case "LayerNormalization" or "InstanceNormalization" or "GroupNormalization":
                Add(node, [Weight, Bias], 1);
                break;
            case "Gemm":
                AddLinear(node, node.Input(2), isTransposed: node.Integer("transB", 0) != 0);
                break;
            case "MatMul":
                AddLinear(node, AddedTo(node), isTransposed: false);
                break;
        }
    }

    private void Add(StoredNode node, string[] roles, int first)
    {
        var weights = new Dictionary<string, StoredTensor>();
        for (var i = 0; i < roles.Length; i++)
        {
            if (Initializer(node.Input(first + i)) is ({ } tensor, false))
            {
                weights[roles[i]] = tensor;
            }
        }

        if (weights.ContainsKey(Weight))
        {
            All.Add(new(node, node.Inputs[0], weights));
        }
    }

    private void AddLinear(StoredNode node, string? biasName, bool isTransposed)
    {
        if (Initializer(node.Input(1)) is not ({ Shape.Count: 2 } matrix, var wasTransposed))
        {
            return;
        }

        if (node.Number("alpha", 1) != 1 || node.Number("beta", 1) != 1 || node.Integer("transA", 0) != 0)
        {
            throw new WeightsFileException(
                $"{node} in '{file.Path}' scales or transposes beside its weights, as no linear layer does.");
        }

        var bias = Initializer(biasName).Tensor;
        var name = bias is not null && biasName!.EndsWith("." + Bias, StringComparison.Ordinal)
            ? biasName[..^Bias.Length] + Weight
            : matrix.Name;
        var weight = isTransposed != wasTransposed ? matrix.Named(name) : matrix.Transposed(name);
        var weights = new Dictionary<string, StoredTensor> { [Weight] = weight };
        if (bias is not null)
        {
            weights[Bias] = bias;
        }

        All.Add(new(node, node.Inputs[0], weights));
        if (name == matrix.Name ? bias is not null && name.EndsWith("." + Weight, StringComparison.Ordinal) : !tensors.ContainsKey(name))
        {
            tensors[name] = weight;
            if (name != matrix.Name && --uses[matrix.Name] == 0)
            {
                tensors.Remove(matrix.Name);
            }
        }
    }

    // The bias that is added to what a node computes, before or after it in the sum.
    private string? AddedTo(StoredNode node) =>
        node.Outputs.Count == 1 && additions.TryGetValue(node.Outputs[0], out var addition)
            ? addition.Inputs.FirstOrDefault(input => Initializer(input).Tensor is { Shape.Count: 1 })
            : null;

    // The tensor that a name stands for, perhaps after its type or its order were changed, and whether it was transposed.
    private (StoredTensor? Tensor, bool IsTransposed) Initializer(string? name)
    {
        var isTransposed = false;
        while (name is not null)
        {
            if (graph.Tensors.TryGetValue(name, out var tensor))
            {
                return (tensor, isTransposed);
            }

            if (!producers.TryGetValue(name, out var node))
            {
                break;
            }

            if (node.Operator == "Transpose"
                && node.Attributes.GetValueOrDefault("perm")?.Integers is null or { Count: 0 } or [1, 0])
            {
                isTransposed = !isTransposed;
            }
            else if (node.Operator is not ("Identity" or "Cast"))
            {
                break;
            }

            name = node.Input(0);
        }

        return (null, false);
    }

    // Exporters store equal tensors once, and give the others by their names.
    private void AddAliases()
    {
        foreach (var node in graph.Nodes.Where(node => node.Operator == "Identity" && node.Outputs.Count == 1))
        {
            var name = node.Outputs[0];
            if (Initializer(name) is ({ } tensor, false) && tensors.TryAdd(name, tensor.Named(name)))
            {
                Aliases.Add(name);
            }
        }
    }
}
