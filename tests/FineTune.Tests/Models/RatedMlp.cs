using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A model whose attributes state rates and a count, and whose normalization trains once unfrozen.</summary>
[FineTuneLR(1e-5), UnfreezeLast(2)]
internal sealed partial class RatedMlp : Module<Tensor, Tensor>
{
    [Backbone(BatchNorm = BatchNormMode.Train)]
    public readonly Sequential backbone = Sequential(("fc", Linear(4, 8)), ("bn", BatchNorm1d(8)), ("relu", ReLU()));

    [Head(LearningRate = 1e-2)]
    public readonly Linear head = Linear(8, 1);

    public RatedMlp()
        : base(nameof(RatedMlp)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
