using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A linear model whose answer something may still be done to.</summary>
internal sealed partial class Topped : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Linear backbone = Linear(4, 4);

    [Head]
    public readonly Linear head;

    private readonly Func<Tensor, Tensor> top;

    private Topped(int outputs, Func<Tensor, Tensor> top)
        : base(nameof(Topped))
    {
        this.top = top;
        head = Linear(4, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => top(head.call(backbone.call(x)));

    public static Topped With(int outputs, Func<Tensor, Tensor>? top = null)
    {
        torch.manual_seed(1);
        return new Topped(outputs, top ?? (logits => logits));
    }
}

/// <summary>A head that normalizes by the batch.</summary>
internal sealed partial class NormedHead : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Linear backbone = Linear(4, 4);

    [Head]
    public readonly Sequential head = Sequential(("fc", Linear(4, 8)), ("norm", BatchNorm1d(8)), ("out", Linear(8, 1)));

    private NormedHead()
        : base(nameof(NormedHead)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public static NormedHead Seeded()
    {
        torch.manual_seed(1);
        return new NormedHead();
    }
}

/// <summary>A head that normalizes pictures, of which each has several values of a channel.</summary>
internal sealed partial class TrainedPictures : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Conv2d backbone = Conv2d(3, 2, 1);

    [Head]
    public readonly Sequential head = Sequential(("norm", BatchNorm2d(2)), ("flat", Flatten()), ("out", Linear(32, 1)));

    private TrainedPictures()
        : base(nameof(TrainedPictures)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public static TrainedPictures Seeded()
    {
        torch.manual_seed(1);
        return new TrainedPictures();
    }
}
