using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A small residual network for pictures of 16×16, of which a phase may cut off its last stage.</summary>
internal sealed partial class Convolutions : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = Vision.Backbones.ResNet([1, 1, 1, 1], width: 8);

    [Head]
    public readonly Linear head = Linear(64, 3);

    public Convolutions()
        : base(nameof(Convolutions)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public static Convolutions Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new Convolutions();
    }
}
