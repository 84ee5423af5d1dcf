using static TorchSharp.torch;

namespace FineTune.Onnx;

/// <summary>
/// A graph of ONNX as it is built. Some batches of different size go through it on the way: each node is computed as it is added, so
/// that shapes are known, and so that it is known whether the graph computes what the model does.
/// </summary>
internal sealed class OnnxGraph : IDisposable
{
    private readonly Dictionary<IntPtr, string> stateNames;
    private readonly Func<OnnxGraph, nn.Module, IReadOnlyList<OnnxValue>, OnnxValue> callModule;
    private readonly int samples;
    private readonly Device device;
    private readonly HashSet<string> names = [];
    private readonly Dictionary<string, int> timesUsed = [];
    private readonly Dictionary<string, OnnxValue> initializers = [];
    private readonly Dictionary<string, OnnxValue> scalars = [];
    private readonly List<Tensor> owned = [];
    private readonly List<OnnxNode> nodes = [];

    /// <param name="samples">How many batches go through it.</param>
    /// <param name="state">The model's parameters and buffers, by name.</param>
    /// <param name="device">Where the samples are.</param>
    /// <param name="callModule">Adds what a module computes.</param>
    public OnnxGraph(
        int samples,
        IEnumerable<(string Name, Tensor Tensor)> state,
        Device device,
        Func<OnnxGraph, nn.Module, IReadOnlyList<OnnxValue>, OnnxValue> callModule)
    {
        this.samples = samples;
        this.device = device;
        this.callModule = callModule;
        stateNames = [];
        foreach (var (name, tensor) in state)
        {
            // One that is held in two places has the first of its names.
            stateNames.TryAdd(tensor.Handle, name);
            names.Add(name);
        }
    }

    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>The constants: those of the model under their names in its state dictionary.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Initializers => initializers.Values.Select(value => (value.Name, value.Samples[0]));

    /// <summary>Where in the model is what is added now; names begin with it.</summary>
    public string Path { get; set; } = "";

    public OnnxValue Input(string name, IReadOnlyList<Tensor> tensors)
    {
        return new(Unique(name), tensors);
    }

    /// <summary>A node, whose value is computed.</summary>
    public OnnxValue Add(string @operator, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes)
    {
        var node = new OnnxNode(@operator, NewName(@operator), [.. inputs.Select(input => input.Name)], attributes);
        nodes.Add(node);
        return new(node.Name, [.. Enumerable
            .Range(0, samples)
            .Select(sample => OnnxOperators.Compute(node, [.. inputs.Select(input => input.Samples[sample])]))]);
    }

    /// <summary>A value under a name of one's choice.</summary>
    public OnnxValue Output(string name, OnnxValue value)
    {
        var unique = Unique(name);
        nodes.Add(new OnnxNode("Identity", unique, [value.Name], []));
        return new(unique, value.Samples);
    }

    /// <summary>A parameter or a buffer of the model.</summary>
    public OnnxValue State(Tensor tensor) => stateNames.TryGetValue(tensor.Handle, out var name)
        ? Kept(name, tensor)
        : throw new FineTuneException(
            $"A tensor of shape [{string.Join(", ", tensor.shape)}] in '{Path}' is neither a registered parameter nor a buffer.");

    /// <summary>A tensor that belongs to the graph from here on.</summary>
    public OnnxValue Constant(Tensor tensor) => Here(tensor.to(device));

    /// <summary>One number.</summary>
    public OnnxValue Scalar(double value) => Shared(FormattableString.Invariant($"{(float)value:R}"), () => Constant(tensor((float)value)));

    /// <summary>Sizes, axes or indices.</summary>
    public OnnxValue Integers(params long[] values) => Shared($"[{string.Join(",", values)}]", () => Here(tensor(values)));

    /// <summary>What a module computes.</summary>
    public OnnxValue Call(nn.Module module, params IReadOnlyList<OnnxValue> inputs) => callModule(this, module, inputs);

    public void Dispose() => owned.ForEach(static tensor => tensor.Dispose());

    private OnnxValue Shared(string key, Func<OnnxValue> create)
    {
        if (!scalars.TryGetValue(key, out var value))
        {
            scalars[key] = value = create();
        }

        return value;
    }

    private OnnxValue Here(Tensor tensor)
    {
        owned.Add(tensor.DetachFromDisposeScope());
        return Kept(NewName("constant"), tensor);
    }

    private OnnxValue Kept(string name, Tensor tensor)
    {
        if (!initializers.TryGetValue(name, out var value))
        {
            initializers[name] = value = new(name, [.. Enumerable.Repeat(tensor, samples)]);
        }

        return value;
    }

    private string NewName(string what) => Unique(Path.Length == 0 ? what : $"{Path}/{what}");

    private string Unique(string name)
    {
        var unique = name;
        while (!names.Add(unique))
        {
            var times = timesUsed[name] = timesUsed.GetValueOrDefault(name) + 1;
            unique = $"{name}_{times}";
        }

        return unique;
    }
}
