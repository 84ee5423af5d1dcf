using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>MobileNetV3-Small (Howard et al., 2019, <see href="https://arxiv.org/abs/1905.02244"/>): 576 features.</summary>
    public static Sequential MobileNetV3Small() => MobileNetV3(
    [
        new(3, 16, 16, true, false, 2),
        new(3, 72, 24, false, false, 2),
        new(3, 88, 24, false, false, 1),
        new(5, 96, 40, true, true, 2),
        new(5, 240, 40, true, true, 1),
        new(5, 240, 40, true, true, 1),
        new(5, 120, 48, true, true, 1),
        new(5, 144, 48, true, true, 1),
        new(5, 288, 96, true, true, 2),
        new(5, 576, 96, true, true, 1),
        new(5, 576, 96, true, true, 1),
    ]);

    /// <summary>MobileNetV3-Large: 960 features.</summary>
    public static Sequential MobileNetV3Large() => MobileNetV3(
    [
        new(3, 16, 16, false, false, 1),
        new(3, 64, 24, false, false, 2),
        new(3, 72, 24, false, false, 1),
        new(5, 72, 40, true, false, 2),
        new(5, 120, 40, true, false, 1),
        new(5, 120, 40, true, false, 1),
        new(3, 240, 80, false, true, 2),
        new(3, 200, 80, false, true, 1),
        new(3, 184, 80, false, true, 1),
        new(3, 184, 80, false, true, 1),
        new(3, 480, 112, true, true, 1),
        new(3, 672, 112, true, true, 1),
        new(5, 672, 160, true, true, 2),
        new(5, 960, 160, true, true, 1),
        new(5, 960, 160, true, true, 1),
    ]);

    /// <summary>A line of the paper's tables 1 and 2.</summary>
    private readonly record struct MobileBlock(int Kernel, int Inner, int Output, bool Squeezes, bool HardSwish, int Stride);

    private static Sequential MobileNetV3(MobileBlock[] blocks)
    {
        var norm = new NormOptions(0.001, 0.01);
        var channels = 16;
        var modules = new List<Module<Tensor, Tensor>> { NormalizedConvolution(3, channels, 3, HardSwish, stride: 2, norm: norm) };
        foreach (var block in blocks)
        {
            modules.Add(new MobileResidual(channels, block, norm));
            channels = block.Output;
        }

        modules.Add(NormalizedConvolution(channels, channels * 6, 1, HardSwish, norm: norm));
        return Sequential(("features", Numbered(modules)), ("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()));
    }

    private static Hardswish HardSwish() => Hardswish(inplace: true);

    /// <summary>MobileNetV2's block, with channels weighed and an activation of choice.</summary>
    private sealed class MobileResidual : Module<Tensor, Tensor>
    {
        private readonly Sequential block;
        private readonly bool isResidual;

        public MobileResidual(int input, MobileBlock its, NormOptions norm) : base(nameof(MobileResidual))
        {
            Func<Module<Tensor, Tensor>> activation = its.HardSwish ? HardSwish : () => ReLU(inplace: true);
            var modules = new List<Module<Tensor, Tensor>>();
            if (its.Inner != input)
            {
                modules.Add(NormalizedConvolution(input, its.Inner, 1, activation, norm: norm));
            }

            modules.Add(NormalizedConvolution(its.Inner, its.Inner, its.Kernel, activation, its.Stride, groups: its.Inner, norm));
            if (its.Squeezes)
            {
                modules.Add(new SqueezeExcitation(its.Inner, MultipleOf8(its.Inner / 4), ReLU(), Hardsigmoid()));
            }

            modules.Add(NormalizedConvolution(its.Inner, its.Output, 1, activation: null, norm: norm));
            register_module("block", block = Numbered(modules));
            isResidual = its.Stride == 1 && input == its.Output;
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = block.call(x);
            return (isResidual ? x + y : y).MoveToOuterDisposeScope();
        }
    }
}
