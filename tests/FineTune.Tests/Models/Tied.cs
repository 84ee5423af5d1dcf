using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A head that decodes with the weights of the backbone's embedding, as language models do.</summary>
internal sealed partial class Tied : Module<Tensor, Tensor>
{
    [Backbone, FineTuneLR(1e-3)]
    public readonly Embedding backbone = Embedding(10, 4);

    [Head, FineTuneLR(1e-2)]
    public readonly Linear head = Linear(4, 10);

    private Tied()
        : base(nameof(Tied))
    {
        head.weight = backbone.weight!;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x).mean([1]));

    public static Tied Seeded()
    {
        torch.manual_seed(1);
        return new Tied();
    }
}

/// <summary>One layer that backbone and head have both.</summary>
internal sealed partial class OneLayerTwice : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone;

    [Head]
    public readonly Sequential head;

    private OneLayerTwice()
        : base(nameof(OneLayerTwice))
    {
        var both = Linear(4, 4);
        backbone = Sequential(("first", Linear(4, 4)), ("both", both));
        head = Sequential(("again", both), ("out", Linear(4, 1)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public static OneLayerTwice Seeded()
    {
        torch.manual_seed(1);
        return new OneLayerTwice();
    }
}
