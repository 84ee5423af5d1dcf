using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private const string TensorsType = "global::FineTune.Tensors";

    // With one tensor in and one out, the runtime knows how to call a model.
    private static void WriteCall(AnnotatedClass model, SourceWriter writer)
    {
        if (model.Base.IsAnnotated || model.Signature is not { IsTensorToTensor: false } signature)
        {
            return;
        }

        WriteHeading(writer, "Call", "how a batch reaches forward, and what comes of it, whatever the number of inputs and outputs.");
        writer.Separate();
        writer.Write(GeneratedCode);
        using (writer.Open($"{TensorsType} {Interface}.Call({TensorsType} inputs)"))
        {
            writer.Write(
                $"global::FineTune.CompilerServices.Inputs.Check(this, inputs, {string.Join(", ", signature.Inputs.Select(Literal.Of))});");
            WriteOutputs(signature, $"this.call({Elements(signature)})", writer);
        }
    }

    /// <summary>Returns a result as the list of the tensors in it.</summary>
    private static void WriteOutputs(ForwardSignature signature, string result, SourceWriter writer)
    {
        if (signature.ReturnsTensor)
        {
            writer.Write($"return {result};");
        }
        else if (signature.ReturnsList)
        {
            writer.Write($"return [.. {result}];");
        }
        else
        {
            writer.Write($"var outputs = {result};");
            writer.Write($"return [{string.Join(", ", signature.OutputPaths.Select(static path => "outputs" + path))}];");
        }
    }

    private static string Elements(ForwardSignature signature) =>
        string.Join(", ", Enumerable.Range(0, signature.Inputs.Count).Select(static number => $"inputs[{number}]"));
}
