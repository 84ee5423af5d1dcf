using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>DenseNet-121 (Huang et al., 2016, <see href="https://arxiv.org/abs/1608.06993"/>): 1024 features.</summary>
    public static Sequential DenseNet121()
    {
        const int growth = 32, bottleneck = 4;
        int[] blocks = [6, 12, 24, 16];
        var channels = 64;
        var modules = new List<(string, Module<Tensor, Tensor>)>
        {
            ("conv0", Conv2d(3, channels, 7, stride: 2, padding: 3, bias: false)),
            ("norm0", BatchNorm2d(channels)),
            ("relu0", ReLU(inplace: true)),
            ("pool0", MaxPool2d(3, 2, 1)),
        };
        for (var block = 0; block < blocks.Length; block++)
        {
            var layers = new (string, Module<Tensor, Tensor>)[blocks[block]];
            for (var i = 0; i < layers.Length; i++, channels += growth)
            {
                layers[i] = ($"denselayer{i + 1}", new DenseLayer(channels, growth, bottleneck * growth));
            }

            modules.Add(($"denseblock{block + 1}", Sequential(layers)));
            if (block == blocks.Length - 1)
            {
                break;
            }

            modules.Add(($"transition{block + 1}", Sequential(
                ("norm", BatchNorm2d(channels)),
                ("relu", ReLU(inplace: true)),
                ("conv", Conv2d(channels, channels / 2, 1, bias: false)),
                ("pool", AvgPool2d(2, 2)))));
            channels /= 2;
        }

        modules.Add(("norm5", BatchNorm2d(channels)));
        return Sequential(
            ("features", Sequential([.. modules])),
            ("relu", ReLU(inplace: true)),
            ("avgpool", AdaptiveAvgPool2d(1)),
            ("flatten", Flatten()));
    }

    /// <summary>Adds channels to its input: its output is the input, followed by what it computes from it.</summary>
    private sealed class DenseLayer : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d norm1;
        private readonly ReLU relu1;
        private readonly Conv2d conv1;
        private readonly BatchNorm2d norm2;
        private readonly ReLU relu2;
        private readonly Conv2d conv2;

        public DenseLayer(int input, int growth, int inner) : base(nameof(DenseLayer))
        {
            register_module("norm1", norm1 = BatchNorm2d(input));
            register_module("relu1", relu1 = ReLU(inplace: true));
            register_module("conv1", conv1 = Conv2d(input, inner, 1, bias: false));
            register_module("norm2", norm2 = BatchNorm2d(inner));
            register_module("relu2", relu2 = ReLU(inplace: true));
            register_module("conv2", conv2 = Conv2d(inner, growth, 3, padding: 1, bias: false));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = conv1.call(relu1.call(norm1.call(x)));
            y = conv2.call(relu2.call(norm2.call(y)));
            return cat([x, y], 1).MoveToOuterDisposeScope();
        }
    }
}
