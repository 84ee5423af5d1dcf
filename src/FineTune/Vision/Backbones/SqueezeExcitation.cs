using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>Weighs each channel by what the whole picture says (Hu et al., 2017, https://arxiv.org/abs/1709.01507).</summary>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly AdaptiveAvgPool2d avgpool;
    private readonly Conv2d fc1;
    private readonly Module<Tensor, Tensor> activation;
    private readonly Conv2d fc2;
    private readonly Module<Tensor, Tensor> scale_activation;

    public SqueezeExcitation(int channels, int squeezed, Module<Tensor, Tensor> activation, Module<Tensor, Tensor> scaleActivation)
        : base(nameof(SqueezeExcitation))
    {
        register_module("avgpool", avgpool = AdaptiveAvgPool2d(1));
        register_module("fc1", fc1 = Conv2d(channels, squeezed, 1));
        register_module("activation", this.activation = activation);
        register_module("fc2", fc2 = Conv2d(squeezed, channels, 1));
        register_module("scale_activation", scale_activation = scaleActivation);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var scale = activation.call(fc1.call(avgpool.call(x)));
        return (scale_activation.call(fc2.call(scale)) * x).MoveToOuterDisposeScope();
    }
}
