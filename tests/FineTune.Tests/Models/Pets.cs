using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A small convolutional network over pictures of shape [3, size, size]; with one output it tells two classes apart.</summary>
[FineTuneLR(1e-3), UnfreezeLast(2)]
internal sealed partial class Pets : Module<Tensor, Tensor>
{
    [Backbone]
    private readonly Sequential backbone = Sequential(
        ("conv", Conv2d(3, 8, 3)), ("bn", BatchNorm2d(8)), ("relu", ReLU()), ("pool", AdaptiveAvgPool2d(2)), ("flatten", Flatten()));

    [Head] private readonly Linear head;

    public Pets() : this(1)
    {
    }

    public Pets(int outputs) : base(nameof(Pets))
    {
        head = Linear(32, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public static Pets Seeded(int outputs = 1)
    {
        torch.manual_seed(3);
        return new Pets(outputs);
    }
}
