using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A model on a backbone that runs two of its parts past what hooks see.</summary>
[UnfreezeLast(2)]
internal sealed partial class Unseen : Module<Tensor, Tensor>
{
    [Backbone] private readonly CrossedParts backbone = new(isSeen: false);
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
