using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A backbone class that runs two of its parts past what hooks see, in another order than they are registered in.</summary>
internal sealed class UnseenParts : Module<Tensor, Tensor>
{
    private readonly Linear last = Linear(8, 8);
    private readonly ReLU relu = ReLU();
    private readonly Linear spare = Linear(8, 8);
    private readonly Linear first = Linear(4, 8);

    public UnseenParts()
        : base(nameof(UnseenParts))
    {
        RegisterComponents();
    }

#pragma warning disable FT3006 // That is what is tested.
    public override Tensor forward(Tensor x) => relu.call(last.forward(relu.call(first.forward(x))));
#pragma warning restore FT3006
}

/// <summary>A model on such a backbone.</summary>
[UnfreezeLast(2)]
internal sealed partial class Unseen : Module<Tensor, Tensor>
{
    [Backbone] private readonly UnseenParts backbone = new();
    [Head] private readonly Linear head = Linear(8, 1);

    public Unseen()
        : base(nameof(Unseen))
    {
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    /// <summary>A model whose weights follow from the seed.</summary>
    public static Unseen Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new Unseen();
    }
}
