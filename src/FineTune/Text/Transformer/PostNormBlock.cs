using FineTune.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>BERT's block: attention, then a feed-forward part, each added to its input and then normalized.</summary>
internal sealed class PostNormBlock : Module<Tensor, Tensor>, IOnnxModule
{
    private readonly Attention attention;
    private readonly Sequential intermediate;
    private readonly Output output;

    public PostNormBlock(TransformerArchitecture architecture) : base(nameof(PostNormBlock))
    {
        register_module("attention", attention = new Attention(architecture));
        register_module(
            "intermediate",
            intermediate = Sequential(("dense", Linear(architecture.FeatureWidth, architecture.InnerWidth)), ("activation", GELU())));
        register_module("output", output = new Output(architecture.InnerWidth, architecture));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var real = Padding.Real(x);
        var y = attention.call(x, real);
        return Padding.Cleared(output.call(intermediate.call(y), y), real).MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var real = Padding.Real(graph, inputs[0]);
        var y = graph.Call(attention, inputs[0], real);
        return Padding.Cleared(graph, graph.Call(output, graph.Call(intermediate, y), y), real);
    }

    private sealed class Attention : Module<Tensor, Tensor, Tensor>, IOnnxModule
    {
        private readonly SelfAttention self;
        private readonly Output output;

        public Attention(TransformerArchitecture architecture) : base(nameof(Attention))
        {
            register_module("self", self = new SelfAttention(architecture));
            register_module("output", output = new Output(architecture.FeatureWidth, architecture));
        }

        public override Tensor forward(Tensor x, Tensor real)
        {
            using var context = self.call(x, real);
            return output.call(context, x);
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) =>
            graph.Call(output, graph.Call(self, inputs[0], inputs[1]), inputs[0]);
    }

    private sealed class Output : Module<Tensor, Tensor, Tensor>, IOnnxModule
    {
        private readonly Linear dense;
        private readonly Dropout dropout;
        private readonly LayerNorm LayerNorm;

        public Output(int input, TransformerArchitecture architecture) : base(nameof(Output))
        {
            register_module("dense", dense = Linear(input, architecture.FeatureWidth));
            register_module("dropout", dropout = Dropout(architecture.Dropout));
            register_module("LayerNorm", LayerNorm = nn.LayerNorm(architecture.FeatureWidth, architecture.NormEpsilon));
        }

        public override Tensor forward(Tensor x, Tensor residual)
        {
            using var scope = NewDisposeScope();
            return LayerNorm.call(dropout.call(dense.call(x)) + residual).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) =>
            graph.Call(LayerNorm, graph.Add(graph.Call(dense, inputs[0]), inputs[1]));
    }
}
