using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>As many classes of points or small pictures as one likes; with one output, two.</summary>
internal sealed partial class Classes : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone;

    [Head(LearningRate = 1e-2)]
    public readonly Linear head;

    public Classes(int features, int outputs)
        : base(nameof(Classes))
    {
        backbone = Sequential(("flatten", Flatten()), ("fc", Linear(features, 32)), ("tanh", Tanh()));
        head = Linear(32, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
