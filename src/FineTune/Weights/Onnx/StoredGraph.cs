namespace FineTune.Weights;

/// <summary>
/// A graph as it stands in a file: its weights, and its nodes in an order in which they can run. Bodies of loops and of conditions are
/// not looked at.
/// </summary>
internal sealed class StoredGraph
{
    // Bounds on what is read before anything is known about the file.
    private const int MostTensors = 65_536;
    private const int MostNodes = 100_000;
    private const int MostNames = 10_000;

    private static readonly Dictionary<string, OnnxAttribute> NoAttributes = [];

    private readonly OnnxExternalData external;

    private StoredGraph(ProtobufMessage message, OnnxExternalData external)
    {
        this.external = external;
        while (message.Next())
        {
            switch (message.Field)
            {
                case OnnxFields.Graph.Node:
                    AddNode(message.Message());
                    break;
                case OnnxFields.Graph.Initializer:
                    Add(OnnxTensor.Read(message.Message(), null, external), message.File);
                    break;
                case OnnxFields.Graph.SparseInitializer:
                    throw OnnxFile.Error(message.File, "it has sparse weights, which no module takes");
                case OnnxFields.Graph.Output:
                    AddOutput(message.Message());
                    break;
            }
        }
    }

    /// <summary>Its initializers, and the constants among its nodes, by name.</summary>
    public Dictionary<string, StoredTensor> Tensors { get; } = [];

    public List<StoredNode> Nodes { get; } = [];

    /// <summary>The names of what comes out of it.</summary>
    public List<string> Outputs { get; } = [];

    /// <param name="message">The message.</param>
    /// <param name="external">The files beside this one.</param>
    /// <exception cref="WeightsFileException">It is damaged.</exception>
    public static StoredGraph Read(ProtobufMessage message, OnnxExternalData external) => new(message, external);

    private void Add(StoredTensor tensor, MappedFile file)
    {
        if (Tensors.Count == MostTensors)
        {
            throw OnnxFile.Error(file, $"it has more than the {MostTensors} tensors allowed");
        }

        if (!Tensors.TryAdd(tensor.Name, tensor))
        {
            throw OnnxFile.Error(file, $"'{tensor.Name}' is in it twice");
        }
    }

    private void AddOutput(ProtobufMessage message)
    {
        while (message.Next())
        {
            if (message.Field == OnnxFields.ValueInfo.Name)
            {
                AddName(Outputs, message);
            }
        }
    }

    private void AddNode(ProtobufMessage message)
    {
        var file = message.File;
        if (Nodes.Count == MostNodes)
        {
            throw OnnxFile.Error(file, $"it has more than the {MostNodes} nodes allowed");
        }

        string kind = "", name = "", domain = "";
        List<string> inputs = [], outputs = [];
        var attributes = NoAttributes;
        ProtobufMessage? value = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case OnnxFields.Node.Input:
                    AddName(inputs, message);
                    break;
                case OnnxFields.Node.Output:
                    AddName(outputs, message);
                    break;
                case OnnxFields.Node.Name:
                    name = message.Text();
                    break;
                case OnnxFields.Node.Operator:
                    kind = message.Text();
                    break;
                case OnnxFields.Node.Domain:
                    domain = message.Text();
                    break;
                case OnnxFields.Node.Attribute:
                    attributes = attributes == NoAttributes ? [] : attributes;
                    value = AddAttribute(attributes, message.Message()) ?? value;
                    break;
            }
        }

        var full = domain is "" or "ai.onnx" ? kind : $"{domain}.{kind}";
        if (full == "Constant" && value is { } constant)
        {
            Add(OnnxTensor.Read(constant, outputs.Count > 0 ? outputs[0] : "", external), file);
        }

        Nodes.Add(new(full, name, inputs, outputs, attributes));
    }

    /// <returns>The tensor that the attribute is.</returns>
    private static ProtobufMessage? AddAttribute(Dictionary<string, OnnxAttribute> attributes, ProtobufMessage message)
    {
        var file = message.File;
        var name = "";
        long? integer = null;
        float? number = null;
        var integers = new List<long>();
        ProtobufMessage? tensor = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case OnnxFields.Attribute.Name:
                    name = message.Text();
                    break;
                case OnnxFields.Attribute.Integer:
                    integer = message.Integer();
                    break;
                case OnnxFields.Attribute.Number:
                    number = message.Float();
                    break;
                case OnnxFields.Attribute.Integers:
                    message.AddIntegers(integers, MostNames, "the numbers of an attribute");
                    break;
                case OnnxFields.Attribute.Tensor:
                    tensor = message.Message();
                    break;
            }
        }

        return attributes.TryAdd(name, new(integer, number, integers))
            ? tensor
            : throw OnnxFile.Error(file, $"a node has the attribute '{name}' twice");
    }

    private static void AddName(List<string> names, ProtobufMessage message)
    {
        if (names.Count == MostNames)
        {
            throw OnnxFile.Error(message.File, $"a list of names has more than the {MostNames} allowed");
        }

        names.Add(message.Text());
    }
}
