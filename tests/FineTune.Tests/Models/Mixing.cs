using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A model whose frozen half answers to a sample with what the whole batch is like.</summary>
internal sealed partial class Mixing : Module<Tensor, Tensor>
{
    [Backbone]
    private readonly Linear backbone = Linear(4, 8);

    [Head]
    private readonly Linear head = Linear(8, 1);

    public Mixing()
        : base(nameof(Mixing)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x - x.mean([0], true)));
}

/// <summary>A model whose frozen half counts samples in the second dimension, as sequence-first transformers do.</summary>
internal sealed partial class SequenceFirst : Module<Tensor, Tensor>
{
    [Backbone]
    private readonly Linear backbone = Linear(1, 8);

    [Head]
    private readonly Linear head = Linear(8, 1);

    public SequenceFirst()
        : base(nameof(SequenceFirst)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var features = backbone.call(x.unsqueeze(2).transpose(0, 1));
        return head.call(features.mean([0]));
    }
}
