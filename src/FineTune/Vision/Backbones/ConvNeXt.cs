using FineTune.Onnx;
using FineTune.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    private const double ConvNeXtEpsilon = 1e-6;

    /// <summary>ConvNeXt-Tiny (Liu et al., 2022, <see href="https://arxiv.org/abs/2201.03545"/>): 768 features, normalized.</summary>
    public static Sequential ConvNeXtTiny() => ConvNeXt([3, 3, 9, 3], mostDropped: 0.1);

    /// <summary>ConvNeXt-Small: 768 features, normalized.</summary>
    public static Sequential ConvNeXtSmall() => ConvNeXt([3, 3, 27, 3], mostDropped: 0.4);

    private static Sequential ConvNeXt(int[] blocks, double mostDropped)
    {
        int channels = 96, made = 0;
        double last = blocks.Sum() - 1;
        var stages = new List<Module<Tensor, Tensor>> { Numbered([Conv2d(3, channels, 4, stride: 4), new ChannelNorm(channels)]) };
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            if (stage > 0)
            {
                stages.Add(Numbered([new ChannelNorm(channels), Conv2d(channels, channels * 2, 2, stride: 2)]));
                channels *= 2;
            }

            stages.Add(
                Numbered([.. Enumerable.Range(0, blocks[stage]).Select(_ => new ConvNeXtBlock(channels, mostDropped * made++ / last))]));
        }

        return Sequential(
            ("features", Numbered(stages)),
            ("avgpool", AdaptiveAvgPool2d(1)),
            ("classifier", new HeadlessClassifier(channels)));
    }

    /// <summary>LayerNorm over the channels of [batch, channels, height, width].</summary>
    private sealed class ChannelNorm : Module<Tensor, Tensor>, IOnnxModule
    {
        private readonly Parameter weight;
        private readonly Parameter bias;

        public ChannelNorm(int channels) : base(nameof(ChannelNorm))
        {
            register_parameter("weight", weight = Parameter(ones(channels)));
            register_parameter("bias", bias = Parameter(zeros(channels)));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var last = x.permute(0, 2, 3, 1);
            return functional
                .layer_norm(last, [weight.shape[0]], weight, bias, ConvNeXtEpsilon)
                .permute(0, 3, 1, 2)
                .MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
        {
            var last = graph.Permute(inputs[0], 0, 2, 3, 1);
            return graph.Permute(graph.LayerNorm(last, graph.State(weight), graph.State(bias), ConvNeXtEpsilon), 0, 3, 1, 2);
        }
    }

    private sealed class ConvNeXtBlock : Module<Tensor, Tensor>
    {
        private readonly Parameter layer_scale;
        private readonly Sequential block;
        private readonly StochasticDepth stochastic_depth;

        public ConvNeXtBlock(int channels, double dropped) : base(nameof(ConvNeXtBlock))
        {
            register_module("block", block = Numbered(
            [
                Conv2d(channels, channels, 7, padding: 3, groups: channels),
                new Permute(0, 2, 3, 1),
                LayerNorm(channels, ConvNeXtEpsilon),
                Linear(channels, channels * 4),
                GELU(),
                Linear(channels * 4, channels),
                new Permute(0, 3, 1, 2),
            ]));
            register_parameter("layer_scale", layer_scale = Parameter(full([channels, 1, 1], 1e-6)));
            register_module("stochastic_depth", stochastic_depth = new StochasticDepth(dropped));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return (x + stochastic_depth.call(layer_scale * block.call(x))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>What is left of torchvision's <c>classifier</c> without its last layer, which is the head.</summary>
    private sealed class HeadlessClassifier(int channels) : Sequential(("0", new ChannelNorm(channels)), ("1", Flatten())), IHeadRemainder;
}
