using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>MobileNetV2 (Sandler et al., 2018, <see href="https://arxiv.org/abs/1801.04381"/>): 1280 features.</summary>
    public static Sequential MobileNetV2()
    {
        // The paper's table 2: expansion, output channels, repetitions, stride of the first.
        (int Expansion, int Channels, int Count, int Stride)[] stages =
            [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        var modules = new List<Module<Tensor, Tensor>> { NormalizedReLU6(3, 32, 3, stride: 2) };
        var channels = 32;
        foreach ((var expansion, var output, var count, var stride) in stages)
        {
            for (var i = 0; i < count; i++)
            {
                modules.Add(new InvertedResidual(channels, output, expansion, i == 0 ? stride : 1));
                channels = output;
            }
        }

        modules.Add(NormalizedReLU6(channels, 1280, 1));
        return Sequential(("features", Numbered(modules)), ("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()));
    }

    private static Sequential NormalizedReLU6(int input, int output, int kernel, int stride = 1, int groups = 1) =>
        NormalizedConvolution(input, output, kernel, () => ReLU6(inplace: true), stride, groups);

    /// <summary>Narrow, wide and depthwise, narrow again; added to its input where the shapes agree.</summary>
    private sealed class InvertedResidual : Module<Tensor, Tensor>
    {
        private readonly Sequential conv;
        private readonly bool isResidual;

        public InvertedResidual(int input, int output, int expansion, int stride) : base(nameof(InvertedResidual))
        {
            var inner = input * expansion;
            var modules = new List<Module<Tensor, Tensor>>();
            if (expansion != 1)
            {
                modules.Add(NormalizedReLU6(input, inner, 1));
            }

            modules.Add(NormalizedReLU6(inner, inner, 3, stride, groups: inner));
            modules.Add(Conv2d(inner, output, 1, bias: false));
            modules.Add(BatchNorm2d(output));
            register_module("conv", conv = Numbered(modules));
            isResidual = stride == 1 && input == output;
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = conv.call(x);
            return (isResidual ? x + y : y).MoveToOuterDisposeScope();
        }
    }
}
