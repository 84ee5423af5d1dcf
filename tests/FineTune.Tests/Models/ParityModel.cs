using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>The model of <c>Fixtures/parity.py</c>.</summary>
internal sealed partial class ParityModel : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = ParityBackbone.New();

    [Head]
    public readonly Linear head;

    public ParityModel(int outputs)
        : base(nameof(ParityModel))
    {
        head = Linear(8, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}

/// <summary>The same, its batch normalization training once it is unfrozen.</summary>
internal sealed partial class ParityModelWithTrainingBatchNorm : Module<Tensor, Tensor>
{
    [Backbone(BatchNorm = BatchNormMode.Train)]
    public readonly Sequential backbone = ParityBackbone.New();

    [Head]
    public readonly Linear head;

    public ParityModelWithTrainingBatchNorm(int outputs)
        : base(nameof(ParityModelWithTrainingBatchNorm))
    {
        head = Linear(8, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}

/// <summary>The backbone that both have.</summary>
internal static class ParityBackbone
{
    public static Sequential New() => Sequential(
        ("fc1", Linear(4, 8)),
        ("bn1", BatchNorm1d(8)),
        ("relu1", ReLU()),
        ("fc2", Linear(8, 8)),
        ("bn2", BatchNorm1d(8)),
        ("relu2", ReLU()));
}
