using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A backbone of seven layers, with the two kinds that must stay quiet when frozen, and no rate stated.</summary>
internal sealed partial class Mlp : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = Sequential(
        ("fc1", Linear(4, 8)),
        ("bn1", BatchNorm1d(8)),
        ("relu1", ReLU()),
        ("drop", Dropout(0.5)),
        ("fc2", Linear(8, 8)),
        ("bn2", BatchNorm1d(8)),
        ("relu2", ReLU()));

    [Head]
    public readonly Linear head;

    public Mlp(int outputs = 1)
        : base(nameof(Mlp))
    {
        head = Linear(8, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    /// <summary>A model whose weights follow from the seed.</summary>
    public static Mlp Seeded(long seed = 1, int outputs = 1)
    {
        torch.manual_seed(seed);
        return new Mlp(outputs);
    }
}
