namespace FineTune.Onnx;

/// <summary>One operator of a graph; it has one output, of its own name.</summary>
/// <param name="Operator">As in ONNX's list of operators.</param>
/// <param name="Name">Its name and that of its output.</param>
/// <param name="Inputs">The names of what it takes.</param>
/// <param name="Attributes">Each a long, a double or several longs.</param>
internal sealed record OnnxNode(
    string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<(string Name, object Value)> Attributes)
{
    public T Attribute<T>(string name) => (T)Attributes.First(attribute => attribute.Name == name).Value;
}
