using FineTune.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>
    /// ViT-B/16 (Dosovitskiy et al., 2020, <see href="https://arxiv.org/abs/2010.11929"/>): 768 features, those of the class token.
    /// </summary>
    /// <param name="imageSize">
    /// The height and width of its pictures, a multiple of 16. Published weights are for 224; they have a position for
    /// each patch, and fit no other size.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not a positive multiple of 16.</exception>
    public static Sequential ViTB16(int imageSize = 224)
    {
        const int patch = 16, width = 768, heads = 12, inner = 3072, blocks = 12;
        if (imageSize <= 0 || imageSize % patch != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(imageSize),
                imageSize,
                $"The size of pictures is {imageSize}; expected a multiple of {patch}.");
        }

        var positions = (imageSize / patch * (imageSize / patch)) + 1;
        Parameter classToken = Parameter(zeros(1, 1, width)), positionEmbedding = Parameter(zeros(1, positions, width));
        init.normal_(positionEmbedding, 0, 0.02);

        HoldingSequential? root = null, encoder = null;
        encoder = new HoldingSequential("pos_embedding", positionEmbedding,
            ("positions", new Combination((x, embedding) => x + embedding, () => encoder!.Held, OnnxFunctions.Add)),
            ("dropout", Dropout(0)),
            (
                "layers",
                Sequential([
                    .. Enumerable
                        .Range(0, blocks)
                        .Select(i => ($"encoder_layer_{i}", (Module<Tensor, Tensor>)new VisionTransformerBlock(width, heads, inner))),
                ])),
            ("ln", LayerNorm(width, 1e-6)));
        root = new HoldingSequential(
            "class_token",
            classToken,
            ("conv_proj", Conv2d(3, width, patch, stride: patch)),
            ("patches", new Patches()),
            (
                "tokens",
                new Combination((x, token) => cat([token.expand(x.shape[0], -1, -1), x], 1), () => root!.Held, (graph, x, token) =>
                {
                    var shape = graph.Concat([graph.SizeOf(x, 0), graph.Integers(1, width)], 0);
                    return graph.Concat([graph.Add("Expand", [token, shape]), x], 1);
                })),
            ("encoder", encoder),
            ("first", new ClassToken()));
        return root;
    }

    /// <summary>The first position of [batch, positions, width], which speaks for all: [batch, width].</summary>
    private sealed class ClassToken : Module<Tensor, Tensor>, IOnnxModule
    {
        public ClassToken() : base(nameof(ClassToken)) { }

        public override Tensor forward(Tensor x) => x.select(1, 0);

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) => graph.Select(inputs[0], 1, 0);
    }

    /// <summary>The cells of [batch, width, rows, columns], one after the other: [batch, rows · columns, width].</summary>
    private sealed class Patches : Module<Tensor, Tensor>, IOnnxModule
    {
        public Patches() : base(nameof(Patches)) { }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return x.flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) =>
            graph.Permute(graph.Reshape(inputs[0], 0, 0, -1), 0, 2, 1);
    }

    /// <summary>Combines its input with a parameter that the Sequential around it holds.</summary>
    private sealed class Combination : Module<Tensor, Tensor>, IOnnxModule
    {
        private readonly Func<Tensor, Tensor, Tensor> combine;
        private readonly Func<Parameter> held;
        private readonly Func<OnnxGraph, OnnxValue, OnnxValue, OnnxValue> combineInGraph;

        public Combination(
            Func<Tensor, Tensor, Tensor> combine,
            Func<Parameter> held,
            Func<OnnxGraph, OnnxValue, OnnxValue, OnnxValue> combineInGraph) : base(nameof(Combination))
        {
            this.combine = combine;
            this.held = held;
            this.combineInGraph = combineInGraph;
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return combine(x, held()).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) =>
            combineInGraph(graph, inputs[0], graph.State(held()));
    }

    /// <summary>Attention, then an MLP, both with the norm before; each added to its input.</summary>
    private sealed class VisionTransformerBlock : Module<Tensor, Tensor>, IOnnxModule
    {
        private readonly int heads;
        private readonly LayerNorm ln_1;
        private readonly MultiheadAttention self_attention;
        private readonly Dropout dropout;
        private readonly LayerNorm ln_2;
        private readonly Sequential mlp;

        public VisionTransformerBlock(int width, int heads, int inner) : base(nameof(VisionTransformerBlock))
        {
            this.heads = heads;
            register_module("ln_1", ln_1 = LayerNorm(width, 1e-6));
            register_module("self_attention", self_attention = MultiheadAttention(width, heads));
            register_module("dropout", dropout = Dropout(0));
            register_module("ln_2", ln_2 = LayerNorm(width, 1e-6));
            register_module("mlp", mlp = Numbered([Linear(width, inner), GELU(), Dropout(0), Linear(inner, width), Dropout(0)]));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            // Attention takes positions first.
            var normalized = ln_1.call(x).transpose(0, 1);
            var attended = self_attention.call(normalized, normalized, normalized, null, false, null).Item1.transpose(0, 1);
            var y = x + dropout.call(attended);
            return (y + mlp.call(ln_2.call(y))).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
        {
            var y = graph.Add(inputs[0], Attended(graph, graph.Call(ln_1, inputs[0])));
            return graph.Add(y, graph.Call(mlp, graph.Call(ln_2, y)));
        }

        // What MultiheadAttention does, which keeps its weights under these names.
        private OnnxValue Attended(OnnxGraph graph, OnnxValue x)
        {
            var width = x.Size(-1);
            var weights = self_attention.named_parameters().ToDictionary(named => named.name, named => graph.State(named.parameter));
            var projected = graph.Linear(x, weights["in_proj_weight"], weights["in_proj_bias"]);
            var parts = graph.Permute(graph.Reshape(projected, 0, 0, 3, heads, width / heads), 2, 0, 3, 1, 4);
            var queries = graph.Mul(graph.Select(parts, 0, 0), 1 / Math.Sqrt((double)width / heads));
            var scores = graph.MatMul(queries, graph.Permute(graph.Select(parts, 0, 1), 0, 1, 3, 2));
            var attended = graph.MatMul(graph.Softmax(scores, -1), graph.Select(parts, 0, 2));
            return graph.Linear(
                graph.Reshape(graph.Permute(attended, 0, 2, 1, 3), 0, 0, width), weights["out_proj.weight"], weights["out_proj.bias"]);
        }
    }
}
