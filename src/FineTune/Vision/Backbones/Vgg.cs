using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    private const int MaxPool = 0;

    // Channels of the convolutions, and where the picture is halved.
    private static readonly int[] Vgg16Layers =
    [
        64,
        64,
        MaxPool,
        128,
        128,
        MaxPool,
        256,
        256,
        256,
        MaxPool,
        512,
        512,
        512,
        MaxPool,
        512,
        512,
        512,
        MaxPool,
    ];

    /// <summary>
    /// VGG-16 (Simonyan and Zisserman, 2014, <see href="https://arxiv.org/abs/1409.1556"/>) up to its last pooling:
    /// 7 · 7 · 512 = 25,088 features.
    /// </summary>
    public static Sequential Vgg16() => Vgg(Vgg16Layers, normalized: false);

    /// <summary>VGG-16 with BatchNorm after each convolution: 25,088 features.</summary>
    public static Sequential Vgg16Bn() => Vgg(Vgg16Layers, normalized: true);

    private static Sequential Vgg(int[] layers, bool normalized)
    {
        var modules = new List<Module<Tensor, Tensor>>();
        var channels = 3;
        foreach (var layer in layers)
        {
            if (layer == MaxPool)
            {
                modules.Add(MaxPool2d(2, 2));
                continue;
            }

            modules.Add(Conv2d(channels, layer, 3, padding: 1));
            if (normalized)
            {
                modules.Add(BatchNorm2d(layer));
            }

            modules.Add(ReLU(inplace: true));
            channels = layer;
        }

        return Sequential(("features", Numbered(modules)), ("avgpool", AdaptiveAvgPool2d(7)), ("flatten", Flatten()));
    }
}
