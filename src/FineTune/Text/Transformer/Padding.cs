using FineTune.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Text;

/// <summary>Which positions of [batch, length, width] are padding: those whose features are all zero.</summary>
internal static class Padding
{
    private static readonly Scalar Zero = 0;

    /// <summary>[batch, length]: true where a token is.</summary>
    public static Tensor Real(Tensor x) => x.ne(Zero).any(-1);

    /// <summary><paramref name="x"/> with zeros where there is no token.</summary>
    /// <param name="x">[batch, length, width]</param>
    /// <param name="real">[batch, length]</param>
    public static Tensor Cleared(Tensor x, Tensor real) => x * real.unsqueeze(-1).to(x.dtype);

    /// <summary>The same in a graph.</summary>
    public static OnnxValue Real(OnnxGraph graph, OnnxValue x) =>
        graph.Add("Greater", [graph.Reduce("ReduceMax", graph.Add("Abs", [x]), [-1]), graph.Scalar(0)]);

    /// <summary>The same in a graph.</summary>
    public static OnnxValue Cleared(OnnxGraph graph, OnnxValue x, OnnxValue real) =>
        graph.Mul(x, graph.Unsqueeze(graph.Cast(real, x.Type), -1));
}
