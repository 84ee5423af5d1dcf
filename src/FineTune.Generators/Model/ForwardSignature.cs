namespace FineTune.Generators.Model;

/// <summary>What a class's <c>forward</c> takes and answers, where that is tensors and nothing else.</summary>
/// <param name="Inputs">The names of its parameters.</param>
/// <param name="Outputs">The names of its outputs; none where it answers with a list of any length.</param>
/// <param name="OutputPaths">How each is reached from the result: <c>""</c> for the result itself, <c>".Item1"</c> and so on.</param>
internal sealed record ForwardSignature(EquatableArray<string> Inputs, EquatableArray<string> Outputs, EquatableArray<string> OutputPaths)
{
    /// <summary>Whether the class is a <c>Module&lt;Tensor, Tensor&gt;</c>.</summary>
    public bool IsTensorToTensor => Inputs.Count == 1 && ReturnsTensor;

    /// <summary>Whether the result is one tensor.</summary>
    public bool ReturnsTensor => OutputPaths.Count == 1 && OutputPaths[0].Length == 0;

    /// <summary>Whether the result is a list of tensors.</summary>
    public bool ReturnsList => OutputPaths.Count == 0;
}
