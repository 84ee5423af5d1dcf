using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A backbone class whose parts run in another order than they are registered in: one twice, one never.</summary>
/// <remarks>Where it is not seen, it runs two of them past what hooks see.</remarks>
internal sealed class CrossedParts : Module<Tensor, Tensor>
{
    private readonly Linear last = Linear(8, 8);
    private readonly ReLU relu = ReLU();
    private readonly Linear spare = Linear(8, 8);
    private readonly Linear first = Linear(4, 8);

    private readonly bool isSeen;

    public CrossedParts(bool isSeen = true)
        : base(nameof(CrossedParts))
    {
        this.isSeen = isSeen;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => isSeen
        ? relu.call(last.call(relu.call(first.call(x))))
#pragma warning disable FT3006 // That is what is tested.
        : relu.call(last.forward(relu.call(first.forward(x))));
#pragma warning restore FT3006
}

/// <summary>A model on such a backbone.</summary>
[GradualUnfreeze(2), UnfreezeLast(2)]
internal sealed partial class Crossed : Module<Tensor, Tensor>
{
    [Backbone] private readonly CrossedParts backbone = new();
    [Head] private readonly Linear head = Linear(8, 1);

    public Crossed()
        : base(nameof(Crossed))
    {
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    /// <summary>A model whose weights follow from the seed.</summary>
    public static Crossed Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new Crossed();
    }
}
