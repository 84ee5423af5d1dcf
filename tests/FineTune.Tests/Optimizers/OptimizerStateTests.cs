using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class OptimizerStateTests
{
    private static readonly TestCaseData[] Stateful =
    [
        new TestCaseData(Optimizers.SGD(0.1, momentum: 0.9)).SetArgDisplayNames("SGD"),
        new TestCaseData(Optimizers.Adam(0.1)).SetArgDisplayNames("Adam"),
        new TestCaseData(Optimizers.AdamW(0.1)).SetArgDisplayNames("AdamW"),
        new TestCaseData(Optimizers.RMSProp(0.1, momentum: 0.9, centered: true)).SetArgDisplayNames("RMSProp"),
    ];

    [TestCaseSource(nameof(Stateful))]
    public void Carried_state_goes_on_as_if_the_model_had_not_been_recompiled(OptimizerConfig optimizer) =>
        Assert.That(HeadAfterFourSteps(optimizer, keep: true), Is.EqualTo(HeadAfterFourSteps(optimizer, keep: null)));

    [TestCaseSource(nameof(Stateful))]
    public void State_is_reset_by_default(OptimizerConfig optimizer) =>
        Assert.That(HeadAfterFourSteps(optimizer, keep: false), Is.Not.EqualTo(HeadAfterFourSteps(optimizer, keep: null)));

    [Test]
    public void State_is_carried_by_name_where_positions_shift()
    {
        using var model = LinearModel.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1, momentum: 0.9), Losses.MeanSquaredError());
        Step(compiled);
        model.UnfreezeBackbone();
        var before = Toy.Weights(model);

        var recompiled = model.Recompile(0.1, keepOptimizerState: true);
        Still(recompiled);

        // Gradients are zero, so only momentum moves anything, and only the head has some.
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.EqualTo(new[] { "head.weight", "head.bias" }));
    }

    [Test]
    public void Carried_state_is_a_copy()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1, momentum: 0.9), Losses.MeanSquaredError());
        Step(compiled);
        var recompiled = model.Recompile(0.1, keepOptimizerState: true);
        var reference = HeadAfter(model, recompiled);

        using var again = LinearModel.Seeded();
        var first = again.Compile(Optimizers.SGD(0.1, momentum: 0.9), Losses.MeanSquaredError());
        Step(first);
        var second = again.Recompile(0.1, keepOptimizerState: true);
        var weights = again.parameters().Select(parameter => parameter.detach().clone()).ToList();
        Still(first);
        using (torch.no_grad())
        {
            foreach (var (parameter, weight) in again.parameters().Zip(weights))
            {
                parameter.copy_(weight);
            }
        }

        Assert.That(HeadAfter(again, second), Is.EqualTo(reference));
    }

    private static float[] HeadAfterFourSteps(OptimizerConfig optimizer, bool? keep)
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(optimizer, Losses.MeanSquaredError());
        Step(compiled);
        Step(compiled);
        if (keep is { } state)
        {
            compiled = model.Recompile(0.1, keepOptimizerState: state);
        }

        Step(compiled);
        return HeadAfter(model, compiled);
    }

    private static float[] HeadAfter(LinearModel model, CompiledModel compiled)
    {
        Step(compiled);
        return Toy.Values(model.head.weight!);
    }

    private static void Step(CompiledModel compiled)
    {
        using var scope = torch.NewDisposeScope();
        compiled.TrainStep(torch.arange(6).reshape(2, 3).to_type(torch.ScalarType.Float32), torch.ones(2));
    }

    private static void Still(CompiledModel compiled)
    {
        using var scope = torch.NewDisposeScope();
        var input = torch.ones(2, 3);
        compiled.TrainStep(input, compiled.Predict(input));
    }
}
