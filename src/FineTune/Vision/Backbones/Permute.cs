using FineTune.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>Another order of the dimensions.</summary>
internal sealed class Permute : Module<Tensor, Tensor>, IOnnxModule
{
    private readonly long[] order;

    public Permute(params long[] order) : base(nameof(Permute)) => this.order = order;

    public override Tensor forward(Tensor x) => x.permute(order);

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) => graph.Permute(inputs[0], order);
}
