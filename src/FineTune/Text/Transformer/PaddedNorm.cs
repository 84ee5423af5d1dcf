using FineTune.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>LayerNorm of each token, which leaves padding zero.</summary>
internal sealed class PaddedNorm : Module<Tensor, Tensor>, IOnnxModule
{
    private readonly double epsilon;
    private readonly Parameter weight;
    private readonly Parameter bias;

    public PaddedNorm(TransformerArchitecture architecture) : base(nameof(PaddedNorm))
    {
        epsilon = architecture.NormEpsilon;
        register_parameter("weight", weight = Parameter(ones(architecture.FeatureWidth)));
        register_parameter("bias", bias = Parameter(zeros(architecture.FeatureWidth)));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Padding
            .Cleared(functional.layer_norm(x, [weight.shape[0]], weight, bias, epsilon), Padding.Real(x))
            .MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var norm = graph.LayerNorm(inputs[0], graph.State(weight), graph.State(bias), epsilon);
        return Padding.Cleared(graph, norm, Padding.Real(graph, inputs[0]));
    }
}
