using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>ResNet-18 (He et al., 2015, <see href="https://arxiv.org/abs/1512.03385"/>): 512 features.</summary>
    public static Sequential ResNet18() => ResNet([2, 2, 2, 2]);

    /// <summary>ResNet-34: 512 features.</summary>
    public static Sequential ResNet34() => ResNet([3, 4, 6, 3]);

    /// <summary>ResNet-50: 2048 features.</summary>
    public static Sequential ResNet50() => BottleneckResNet([3, 4, 6, 3]);

    /// <summary>ResNet-101: 2048 features.</summary>
    public static Sequential ResNet101() => BottleneckResNet([3, 4, 23, 3]);

    /// <summary>ResNet-152: 2048 features.</summary>
    public static Sequential ResNet152() => BottleneckResNet([3, 8, 36, 3]);

    /// <summary>ResNeXt-50 32x4d (Xie et al., 2016, <see href="https://arxiv.org/abs/1611.05431"/>): 2048 features.</summary>
    public static Sequential ResNeXt50() => BottleneckResNet([3, 4, 6, 3], groups: 32, groupWidth: 4);

    /// <summary>Wide ResNet-50-2 (Zagoruyko and Komodakis, 2016, <see href="https://arxiv.org/abs/1605.07146"/>): 2048 features.</summary>
    public static Sequential WideResNet50() => BottleneckResNet([3, 4, 6, 3], groupWidth: 128);

    /// <summary>A residual network of basic blocks, of any depth and width.</summary>
    /// <param name="blocks">The blocks of each stage. Each stage after the first halves the picture and doubles the channels.</param>
    /// <param name="width">The channels of the first stage; 64 in the published networks.</param>
    /// <returns>A backbone of <paramref name="width"/> · 2^(stages − 1) features.</returns>
    public static Sequential ResNet(IReadOnlyList<int> blocks, int width = 64) =>
        ResNet(blocks, width, (channels, planes, stride) => (new BasicBlock(channels, planes, stride), planes));

    private static Sequential BottleneckResNet(IReadOnlyList<int> blocks, int groups = 1, int groupWidth = 64) =>
        ResNet(blocks, width: 64, (channels, planes, stride) =>
        {
            var inner = planes * groupWidth / 64 * groups;
            return (new Bottleneck(channels, inner, planes * 4, stride, groups), planes * 4);
        });

    private static Sequential ResNet(
        IReadOnlyList<int> blocks,
        long width,
        Func<long, long, long, (Module<Tensor, Tensor> Block, long Channels)> create)
    {
        var stages = new List<(string, Module<Tensor, Tensor>)>
        {
            ("conv1", Conv2d(3, width, 7, stride: 2, padding: 3, bias: false)),
            ("bn1", BatchNorm2d(width)),
            ("relu", ReLU(inplace: true)),
            ("maxpool", MaxPool2d(3, 2, 1)),
        };
        var channels = width;
        for (var stage = 0; stage < blocks.Count; stage++)
        {
            var modules = new (string, Module<Tensor, Tensor>)[blocks[stage]];
            for (var i = 0; i < modules.Length; i++)
            {
                (var block, var after) = create(channels, width << stage, stage > 0 && i == 0 ? 2 : 1);
                modules[i] = ($"{i}", block);
                channels = after;
            }

            stages.Add(($"layer{stage + 1}", Sequential(modules)));
        }

        stages.Add(("avgpool", AdaptiveAvgPool2d(1)));
        stages.Add(("flatten", Flatten()));
        return Sequential([.. stages]);
    }

    /// <summary>What the input of a block goes through to be added to its output, if their shapes differ.</summary>
    private static Sequential? Downsample(long input, long output, long stride) => stride == 1 && input == output
        ? null
        : Sequential(("0", Conv2d(input, output, 1, stride: stride, bias: false)), ("1", BatchNorm2d(output)));

    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly ReLU relu;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Sequential? downsample;

        public BasicBlock(long input, long output, long stride) : base(nameof(BasicBlock))
        {
            register_module("conv1", conv1 = Conv2d(input, output, 3, stride: stride, padding: 1, bias: false));
            register_module("bn1", bn1 = BatchNorm2d(output));
            register_module("relu", relu = ReLU(inplace: true));
            register_module("conv2", conv2 = Conv2d(output, output, 3, padding: 1, bias: false));
            register_module("bn2", bn2 = BatchNorm2d(output));
            downsample = Downsample(input, output, stride);
            if (downsample is not null)
            {
                register_module("downsample", downsample);
            }
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = Chain.Call(x, conv1, bn1, relu, conv2, bn2);
            return relu.call(y + (downsample?.call(x) ?? x)).MoveToOuterDisposeScope();
        }
    }

    private sealed class Bottleneck : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Conv2d conv3;
        private readonly BatchNorm2d bn3;
        private readonly ReLU relu;
        private readonly Sequential? downsample;

        public Bottleneck(long input, long inner, long output, long stride, long groups) : base(nameof(Bottleneck))
        {
            register_module("conv1", conv1 = Conv2d(input, inner, 1, bias: false));
            register_module("bn1", bn1 = BatchNorm2d(inner));
            register_module("conv2", conv2 = Conv2d(inner, inner, 3, stride: stride, padding: 1, groups: groups, bias: false));
            register_module("bn2", bn2 = BatchNorm2d(inner));
            register_module("conv3", conv3 = Conv2d(inner, output, 1, bias: false));
            register_module("bn3", bn3 = BatchNorm2d(output));
            register_module("relu", relu = ReLU(inplace: true));
            downsample = Downsample(input, output, stride);
            if (downsample is not null)
            {
                register_module("downsample", downsample);
            }
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = Chain.Call(x, conv1, bn1, relu, conv2, bn2, relu, conv3, bn3);
            return relu.call(y + (downsample?.call(x) ?? x)).MoveToOuterDisposeScope();
        }
    }
}
