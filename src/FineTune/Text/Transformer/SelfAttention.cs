using FineTune.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>Each token's mean of all tokens' values, weighted by how well its query fits their keys; padding weighs nothing.</summary>
internal sealed class SelfAttention : Module<Tensor, Tensor, Tensor>, IOnnxModule
{
    // Finite, so that a sentence without any token has no NaN.
    private const double Least = -1e30;

    private static readonly Scalar Never = Least;

    private readonly int heads;
    private readonly Scalar temperature;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Dropout dropout;

    public SelfAttention(TransformerArchitecture architecture) : base(nameof(SelfAttention))
    {
        heads = architecture.Heads;
        var width = architecture.FeatureWidth;
        temperature = Math.Sqrt((double)width / heads);
        register_module("query", query = Linear(width, width));
        register_module("key", key = Linear(width, width));
        register_module("value", value = Linear(width, width));
        register_module("dropout", dropout = Dropout(architecture.Dropout));
    }

    /// <param name="x">[batch, length, width]</param>
    /// <param name="real">[batch, length]: true where a token is.</param>
    public override Tensor forward(Tensor x, Tensor real)
    {
        using var scope = NewDisposeScope();
        (var batch, var length, var width) = (x.shape[0], x.shape[1], x.shape[2]);
        Tensor ByHead(Tensor projected) => projected.view(batch, length, heads, width / heads).transpose(1, 2);
        Tensor q = ByHead(query.call(x)), k = ByHead(key.call(x)), v = ByHead(value.call(x));
        var scores = q.matmul(k.transpose(-2, -1)) / temperature;
        var masked = scores.masked_fill(real.logical_not().view(batch, 1, 1, length), Never);
        var attention = dropout.call(functional.softmax(masked, -1));
        return attention.matmul(v).transpose(1, 2).reshape(batch, length, width).MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var (x, real) = (inputs[0], inputs[1]);
        var width = x.Size(-1);
        OnnxValue ByHead(OnnxValue projected, params long[] order) =>
            graph.Permute(graph.Reshape(projected, 0, 0, heads, width / heads), order);
        var q = ByHead(graph.Call(query, x), 0, 2, 1, 3);
        var transposed = ByHead(graph.Call(key, x), 0, 2, 3, 1);
        var v = ByHead(graph.Call(value, x), 0, 2, 1, 3);
        var scores = graph.Mul(graph.MatMul(q, transposed), 1 / Math.Sqrt((double)width / heads));
        var masked = graph.Add("Where", [graph.Unsqueeze(real, 1, 2), scores, graph.Scalar(Least)]);
        var attended = graph.MatMul(graph.Softmax(masked, -1), v);
        return graph.Reshape(graph.Permute(attended, 0, 2, 1, 3), 0, 0, width);
    }
}
