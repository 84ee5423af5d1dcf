using FineTune.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>
/// Normalization, then attention, then a feed-forward part with a normalization before it, each added to its input
/// (Xiong et al., 2020, https://arxiv.org/abs/2002.04745), with MegatronBERT's names.
/// </summary>
internal sealed class PreNormBlock : Module<Tensor, Tensor>, IOnnxModule
{
    private readonly Attention attention;
    private readonly LayerNorm ln;
    private readonly Sequential intermediate;
    private readonly Sequential output;

    public PreNormBlock(TransformerArchitecture architecture) : base(nameof(PreNormBlock))
    {
        register_module("attention", attention = new Attention(architecture));
        register_module("ln", ln = LayerNorm(architecture.FeatureWidth, architecture.NormEpsilon));
        register_module(
            "intermediate",
            intermediate = Sequential(("dense", Linear(architecture.FeatureWidth, architecture.InnerWidth)), ("activation", GELU())));
        register_module("output", output = Output(architecture.InnerWidth, architecture));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var real = Padding.Real(x);
        var y = x + attention.call(x, real);
        return Padding.Cleared(y + output.call(intermediate.call(ln.call(y))), real).MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var real = Padding.Real(graph, inputs[0]);
        var y = graph.Add(inputs[0], graph.Call(attention, inputs[0], real));
        var fed = graph.Call(output, graph.Call(intermediate, graph.Call(ln, y)));
        return Padding.Cleared(graph, graph.Add(y, fed), real);
    }

    private static Sequential Output(int input, TransformerArchitecture architecture) =>
        Sequential(("dense", Linear(input, architecture.FeatureWidth)), ("dropout", Dropout(architecture.Dropout)));

    private sealed class Attention : Module<Tensor, Tensor, Tensor>, IOnnxModule
    {
        private readonly LayerNorm ln;
        private readonly SelfAttention self;
        private readonly Sequential output;

        public Attention(TransformerArchitecture architecture) : base(nameof(Attention))
        {
            register_module("ln", ln = LayerNorm(architecture.FeatureWidth, architecture.NormEpsilon));
            register_module("self", self = new SelfAttention(architecture));
            register_module("output", output = Output(architecture.FeatureWidth, architecture));
        }

        public override Tensor forward(Tensor x, Tensor real)
        {
            using var scope = NewDisposeScope();
            return output.call(self.call(ln.call(x), real)).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) =>
            graph.Call(output, graph.Call(self, graph.Call(ln, inputs[0]), inputs[1]));
    }
}
