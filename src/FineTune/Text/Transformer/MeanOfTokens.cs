using FineTune.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>The mean over the tokens of [batch, length, width], padding aside: [batch, width].</summary>
internal sealed class MeanOfTokens : Module<Tensor, Tensor>, IOnnxModule
{
    private static readonly Scalar One = 1;

    public MeanOfTokens() : base(nameof(MeanOfTokens)) { }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var count = Padding.Real(x).sum(1, keepdim: true).to(x.dtype);
        return (x.sum(1) / count.clamp(One)).MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var x = inputs[0];
        var count = graph.Reduce("ReduceSum", graph.Cast(Padding.Real(graph, x), x.Type), [1], keeps: true);
        return graph.Div(graph.Reduce("ReduceSum", x, [1]), graph.Clip(count, 1, float.MaxValue));
    }
}
