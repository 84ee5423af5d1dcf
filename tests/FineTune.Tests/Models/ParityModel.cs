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

    public Manifest Manifest => throw new NotImplementedException();

    public Phase Phase => throw new NotImplementedException();

    public LayerList Layers => throw new NotImplementedException();

    public bool IsBackboneFrozen => throw new NotImplementedException();

    public CompiledModel Compile(OptimizerConfig optimizer, Loss loss, params Metric[] metrics)
    {
        throw new NotImplementedException();
    }

    public void EnterPhase(Phase phase)
    {
        throw new NotImplementedException();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates)
    {
        throw new NotImplementedException();
    }

    public CompiledModel Recompile(double? learningRate = null, OptimizerState state = OptimizerState.Reset)
    {
        throw new NotImplementedException();
    }
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

    public Manifest Manifest => throw new NotImplementedException();

    public Phase Phase => throw new NotImplementedException();

    public LayerList Layers => throw new NotImplementedException();

    public bool IsBackboneFrozen => throw new NotImplementedException();

    public CompiledModel Compile(OptimizerConfig optimizer, Loss loss, params Metric[] metrics)
    {
        throw new NotImplementedException();
    }

    public void EnterPhase(Phase phase)
    {
        throw new NotImplementedException();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates)
    {
        throw new NotImplementedException();
    }

    public CompiledModel Recompile(double? learningRate = null, OptimizerState state = OptimizerState.Reset)
    {
        throw new NotImplementedException();
    }
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
