namespace FineTune.Onnx;

/// <summary>A module that writes its forward pass, in evaluation mode, as nodes of a graph. It stands beside the <c>forward</c> that it
/// repeats.</summary>
internal interface IOnnxModule
{
    /// <summary>Adds the nodes, and gives the output.</summary>
    OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs);
}
