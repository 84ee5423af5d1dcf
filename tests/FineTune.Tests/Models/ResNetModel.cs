using FineTune.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>ResNet-18 for ten classes.</summary>
internal sealed partial class ResNetModel : Module<Tensor, Tensor>
{
    /// <summary>The layers from <c>layer4</c> on.</summary>
    public const int LayersFromLayer4 = 14;

    [Backbone]
    private readonly Sequential backbone = Backbones.ResNet18();

    [Head]
    private readonly Linear head = Linear(512, 10);

    public ResNetModel()
        : base(nameof(ResNetModel)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
