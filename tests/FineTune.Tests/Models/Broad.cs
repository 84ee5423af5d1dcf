using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A model whose frozen half answers with a mebibyte for each sample.</summary>
internal sealed partial class Broad : Module<Tensor, Tensor>
{
    [Backbone]
    private readonly Linear backbone = Linear(4, 1 << 18);

    [Head]
    private readonly Linear head = Linear(1 << 18, 1);

    public Broad()
        : base(nameof(Broad)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
