namespace FineTune.Weights;

/// <summary>An operator of a graph: what it is called, and the names of what goes in and comes out.</summary>
/// <param name="Operator">Such as <c>Conv</c>; of another set than ONNX's own, with its domain before it.</param>
/// <param name="Name">Its name; some files have none.</param>
/// <param name="Inputs">Names, empty where an optional one is left out.</param>
/// <param name="Outputs">Names.</param>
/// <param name="Attributes">Its options by name, those that are numbers.</param>
internal sealed record StoredNode(
    string Operator,
    string Name,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>The name of an input, or nothing where it is left out.</summary>
    public string? Input(int index) => index < Inputs.Count && Inputs[index].Length > 0 ? Inputs[index] : null;

    public long Integer(string attribute, long otherwise) => Attributes.GetValueOrDefault(attribute)?.Integer ?? otherwise;

    public float Number(string attribute, float otherwise) => Attributes.GetValueOrDefault(attribute)?.Number ?? otherwise;

    /// <summary>What to call it in a sentence.</summary>
    public override string ToString() => Name.Length > 0 ? $"{Operator} '{Name}'" : $"{Operator} of '{Outputs.FirstOrDefault()}'";
}

/// <summary>An option of an operator.</summary>
internal sealed record OnnxAttribute(long? Integer, float? Number, IReadOnlyList<long> Integers);
