using FineTune.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>Swin-T (Liu et al., 2021, <see href="https://arxiv.org/abs/2103.14030"/>): 768 features.</summary>
    public static Sequential SwinT()
    {
        const double mostDropped = 0.2;
        int[] blocks = [2, 2, 6, 2], heads = [3, 6, 12, 24];
        int width = 96, made = 0;
        double last = blocks.Sum() - 1;
        var stages = new List<Module<Tensor, Tensor>>
        {
            Numbered([Conv2d(3, width, 4, stride: 4), new Permute(0, 2, 3, 1), LayerNorm(width)]),
        };
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            if (stage > 0)
            {
                stages.Add(new PatchMerging(width));
                width *= 2;
            }

            stages.Add(Numbered(Enumerable.Range(0, blocks[stage])
                .Select(i => new SwinBlock(width, heads[stage], isShifted: i % 2 == 1, mostDropped * made++ / last)).ToList()));
        }

        return Sequential(
            ("features", Numbered(stages)), ("norm", LayerNorm(width)), ("permute", new Permute(0, 3, 1, 2)),
            ("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()));
    }

    /// <summary>Attention within windows, then an MLP; each added to its input.</summary>
    private sealed class SwinBlock : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1;
        private readonly WindowAttention attn;
        private readonly StochasticDepth stochastic_depth;
        private readonly LayerNorm norm2;
        private readonly Sequential mlp;

        public SwinBlock(int width, int heads, bool isShifted, double dropped) : base(nameof(SwinBlock))
        {
            register_module("norm1", norm1 = LayerNorm(width));
            register_module("attn", attn = new WindowAttention(width, heads, isShifted));
            register_module("stochastic_depth", stochastic_depth = new StochasticDepth(dropped));
            register_module("norm2", norm2 = LayerNorm(width));
            register_module("mlp", mlp = Numbered([Linear(width, width * 4), GELU(), Dropout(0), Linear(width * 4, width), Dropout(0)]));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = x + stochastic_depth.call(attn.call(norm1.call(x)));
            return (y + stochastic_depth.call(mlp.call(norm2.call(y)))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Joins each 2 by 2 patches of [batch, height, width, channels]: half the size, twice the channels.</summary>
    private sealed class PatchMerging : Module<Tensor, Tensor>, IOnnxModule
    {
        private readonly LayerNorm norm;
        private readonly Linear reduction;

        public PatchMerging(int width) : base(nameof(PatchMerging))
        {
            register_module("norm", norm = LayerNorm(width * 4));
            register_module("reduction", reduction = Linear(width * 4, width * 2, hasBias: false));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            (var height, var width) = (x.shape[1], x.shape[2]);
            var even = functional.pad(x, [0, 0, 0, width % 2, 0, height % 2]);
            Tensor Patches(long row, long column) => even.slice(1, row, even.shape[1], 2).slice(2, column, even.shape[2], 2);
            var joined = cat([Patches(0, 0), Patches(1, 0), Patches(0, 1), Patches(1, 1)], -1);
            return reduction.call(norm.call(joined)).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
        {
            (var height, var width) = (inputs[0].Size(1), inputs[0].Size(2));
            var even = graph.Pad(inputs[0], [0, 0, 0, 0, 0, height % 2, width % 2, 0]);
            OnnxValue Patches(long row, long column) =>
                graph.Slice(graph.Slice(even, 1, row, even.Size(1), 2), 2, column, even.Size(2), 2);
            var joined = graph.Concat([Patches(0, 0), Patches(1, 0), Patches(0, 1), Patches(1, 1)], -1);
            return graph.Call(reduction, graph.Call(norm, joined));
        }
    }
}
