using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>Ten classes of grey pictures of shape [1, 4, 4].</summary>
internal sealed partial class Digits : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = Sequential(("flatten", Flatten()), ("fc", Linear(16, 8)), ("tanh", Tanh()));

    [Head]
    public readonly Linear head = Linear(8, 10);

    public Digits()
        : base(nameof(Digits)) => RegisterComponents();

    public static Digits Seeded()
    {
        manual_seed(5);
        return new();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
