using FineTune.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>The first token of [batch, length, width], which speaks for the sentence: [batch, width].</summary>
internal sealed class FirstToken : Module<Tensor, Tensor>, IOnnxModule
{
    public FirstToken() : base(nameof(FirstToken)) { }

    public override Tensor forward(Tensor x) => x.select(1, 0);

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) => graph.Select(inputs[0], 1, 0);
}
