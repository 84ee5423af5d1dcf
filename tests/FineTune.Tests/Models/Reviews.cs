using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>The mean of its tokens' vectors, of the tests' vocabulary, and an opinion about it.</summary>
internal sealed partial class Reviews : Module<Tensor, Tensor>
{
    [Backbone] private readonly Embedding tokens = Embedding(178, 8);
    [Head] private readonly Linear head = Linear(8, 3);

    public Reviews() : base(nameof(Reviews)) => RegisterComponents();

    public override Tensor forward(Tensor ids) => head.call(tokens.call(ids).mean([1]));

    public static Reviews Seeded()
    {
        torch.manual_seed(4);
        return new Reviews();
    }
}
