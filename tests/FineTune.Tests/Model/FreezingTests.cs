using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

public sealed class FreezingTests
{
    [Test]
    public void Freezing_a_module_freezes_every_parameter_below_it()
    {
        using var nested = Sequential(("a", Sequential(("b", Linear(2, 2)), ("c", BatchNorm1d(2)))));

        nested.Freeze();

        Assert.That(nested.parameters().Select(parameter => parameter.requires_grad), Is.All.False);
        Assert.That(nested.named_modules().Select(named => named.module.training), Is.All.False);
        nested.Unfreeze();
        Assert.That(nested.parameters().Select(parameter => parameter.requires_grad), Is.All.True);
    }

    [Test]
    public void Freezing_nulls_gradients()
    {
        using var model = LinearModel.Seeded();
        Backward(model);
        Assert.That(Gradients(model), Is.All.Not.Null);

        model.FreezeBackbone();

        Assert.That(Gradients(model).Take(4), Is.All.Null);
        Assert.That(Gradients(model).Skip(4), Is.All.Not.Null);
    }

    [Test]
    public void A_weight_frozen_after_it_trained_does_not_move_by_momentum_or_weight_decay()
    {
        using var model = LinearModel.Seeded();
        using var optimizer = new TorchSharp.Modules.SGD(model.parameters().ToList(), 0.1, momentum: 0.9, weight_decay: 0.1);
        Backward(model);
        optimizer.step();
        model.FreezeBackbone();
        var before = Toy.Weights(model.backbone);

        // The gradients of the first step are to be there still.
        Backward(model);
#pragma warning disable FT3009
        optimizer.step();
#pragma warning restore FT3009

        Assert.That(Toy.Changed(before, Toy.Weights(model.backbone)), Is.Empty);
    }

    private static void Backward(LinearModel model)
    {
        using var scope = torch.NewDisposeScope();
        model.call(torch.ones(2, 3)).sum().backward();
    }

    private static List<torch.Tensor?> Gradients(LinearModel model) =>
        [.. model.parameters().Select(parameter => parameter.grad)];
}
