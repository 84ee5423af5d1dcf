using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>One input of four numbers, a class and a score.</summary>
internal sealed partial class TwoAnswers : Module<Tensor, (Tensor Class, Tensor Score)>
{
    [Backbone]
    public readonly Sequential backbone = Sequential(("fc", Linear(4, 8)), ("tanh", Tanh()));

    [Head]
    public readonly Linear classes = Linear(8, 3);

    [Head]
    public readonly Linear score = Linear(8, 1);

    public TwoAnswers()
        : base(nameof(TwoAnswers)) => RegisterComponents();

    public override (Tensor Class, Tensor Score) forward(Tensor x)
    {
        var features = backbone.call(x);
        return (classes.call(features), score.call(features));
    }
}
