using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    // The paper's table 1: expansion, kernel, stride of the first, channels, repetitions.
    private static readonly (int Expansion, int Kernel, int Stride, int Channels, int Count)[] EfficientNetStages =
        [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)];

    /// <summary>EfficientNet-B0 (Tan and Le, 2019, <see href="https://arxiv.org/abs/1905.11946"/>): 1280 features.</summary>
    public static Sequential EfficientNetB0() => EfficientNet(width: 1.0, depth: 1.0);

    /// <summary>EfficientNet-B1: 1280 features.</summary>
    public static Sequential EfficientNetB1() => EfficientNet(width: 1.0, depth: 1.1);

    /// <summary>EfficientNet-B2: 1408 features.</summary>
    public static Sequential EfficientNetB2() => EfficientNet(width: 1.1, depth: 1.2);

    /// <summary>EfficientNet-B3: 1536 features.</summary>
    public static Sequential EfficientNetB3() => EfficientNet(width: 1.2, depth: 1.4);

    /// <summary>EfficientNet-B4: 1792 features.</summary>
    public static Sequential EfficientNetB4() => EfficientNet(width: 1.4, depth: 1.8);

    private static Sequential EfficientNet(double width, double depth)
    {
        const double mostDropped = 0.2;
        int total = EfficientNetStages.Sum(stage => Repetitions(stage.Count)), made = 0;
        var channels = MultipleOf8(32 * width);
        var stages = new List<Module<Tensor, Tensor>> { NormalizedConvolution(3, channels, 3, SiLU, stride: 2) };
        foreach ((var expansion, var kernel, var stride, var unscaled, var count) in EfficientNetStages)
        {
            var output = MultipleOf8(unscaled * width);
            var blocks = new Module<Tensor, Tensor>[Repetitions(count)];
            for (var i = 0; i < blocks.Length; i++, made++)
            {
                blocks[i] = new EfficientBlock(channels, output, expansion, kernel, i == 0 ? stride : 1, mostDropped * made / total);
                channels = output;
            }

            stages.Add(Numbered(blocks));
        }

        stages.Add(NormalizedConvolution(channels, channels * 4, 1, SiLU));
        return Sequential(("features", Numbered(stages)), ("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()));

        int Repetitions(int count) => (int)Math.Ceiling(count * depth);
    }

    /// <summary>MobileNetV2's block with channels weighed, dropped now and then in training.</summary>
    private sealed class EfficientBlock : Module<Tensor, Tensor>
    {
        private readonly Sequential block;
        private readonly StochasticDepth stochastic_depth;
        private readonly bool isResidual;

        public EfficientBlock(int input, int output, int expansion, int kernel, int stride, double dropped) : base(nameof(EfficientBlock))
        {
            var inner = MultipleOf8(input * expansion);
            var modules = new List<Module<Tensor, Tensor>>();
            if (inner != input)
            {
                modules.Add(NormalizedConvolution(input, inner, 1, SiLU));
            }

            modules.Add(NormalizedConvolution(inner, inner, kernel, SiLU, stride, groups: inner));
            modules.Add(new SqueezeExcitation(inner, Math.Max(1, input / 4), SiLU(), Sigmoid()));
            modules.Add(NormalizedConvolution(inner, output, 1, activation: null));
            register_module("block", block = Numbered(modules));
            register_module("stochastic_depth", stochastic_depth = new StochasticDepth(dropped));
            isResidual = stride == 1 && input == output;
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = block.call(x);
            return (isResidual ? x + stochastic_depth.call(y) : y).MoveToOuterDisposeScope();
        }
    }
}
