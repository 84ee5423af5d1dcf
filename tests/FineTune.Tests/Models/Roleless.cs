using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A model with two members that no attribute names.</summary>
internal sealed partial class Roleless : Module<Tensor, Tensor>
{
    [Backbone] private readonly Linear backbone = Linear(4, 4);
    [Head] private readonly Linear head = Linear(4, 1);
#pragma warning disable FT1004 // That is what is tested.
    private readonly Linear between = Linear(4, 4);
    private readonly LayerNorm norm = LayerNorm(4);
#pragma warning restore FT1004

    public Roleless()
        : base(nameof(Roleless))
    {
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(norm.call(between.call(backbone.call(x))));
}
