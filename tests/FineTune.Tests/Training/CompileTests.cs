using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class CompileTests
{
    [Test]
    public void The_optimizer_covers_exactly_what_is_trainable()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeLast(2);

        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());

        var trainable = model.parameters().Where(parameter => parameter.requires_grad).ToList();
        var covered = compiled.Optimizer.parameters().ToList();
        Assert.That(covered, Has.Count.EqualTo(trainable.Count));
        Assert.That(covered.Zip(trainable, ReferenceEquals), Is.All.True);
        Assert.That(compiled.ParameterGroups.SelectMany(group => group.Parameters).Select(named => named.Name), Is.EqualTo(new[]
        {
            "backbone.bn2.weight", "backbone.bn2.bias", "head.weight", "head.bias",
        }));
    }

    [Test]
    public void An_unfreeze_after_the_build_never_reaches_the_optimizer()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());

        model.UnfreezeBackbone();

        Assert.That(compiled.Optimizer.parameters().Count(), Is.EqualTo(2));
        Assert.That(() => compiled.Optimizer.step(), Throws.Nothing);
    }

    [Test]
    public void Weight_decay_leaves_biases_and_norms_out_if_asked()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(
            Optimizers.SGD(0.1, weightDecay: 0.5, decayBiasAndNorm: false), Losses.MeanSquaredError());
        var before = Toy.Weights(model);

        // With no gradient but a zero one, weight decay alone moves what it reaches.
        compiled.TrainStep(TorchSharp.torch.zeros(1, 3), model.call(TorchSharp.torch.zeros(1, 3)).detach());

        Assert.That(
            Toy.Changed(before, Toy.Weights(model)),
            Is.EqualTo(new[] { "backbone.first.weight", "backbone.second.weight", "head.weight" }));
        Assert.That(compiled.LearningRates, Has.Count.EqualTo(2), "a group that is split in the optimizer stays one");
    }

    [Test]
    public void Setting_the_rate_of_a_group_reaches_all_of_its_parameters()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(
            Optimizers.SGD(0.1, weightDecay: 0.5, decayBiasAndNorm: false), Losses.MeanSquaredError());

        compiled.LearningRates[0].LearningRate = 0.025;

        Assert.That(compiled.Optimizer.ParamGroups.Select(group => group.LearningRate), Is.EqualTo(new[] { 0.025, 0.025, 0.1, 0.1 }));
        Assert.That(compiled.LearningRates[0].LearningRate, Is.EqualTo(0.025));
    }

    [Test]
    public void A_model_in_which_nothing_is_trainable_is_an_error()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        model.head.Freeze();

        Assert.That(
            () => model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits()),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("Nothing in Mlp is trainable in the phase 'head'"));
    }

    [Test]
    public void Two_metrics_of_the_same_name_are_an_error()
    {
        using var model = Mlp.Seeded();

        Assert.That(
            () =>
                model.Compile(
                    Optimizers.Adam(),
                    Losses.BinaryCrossEntropyWithLogits(),
                    Metrics.BinaryAccuracy(),
                    Metrics.BinaryAccuracy(0.7)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("'accuracy'"));
        Assert.That(
            () => model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy(name: "loss")),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("'loss'"));
    }
}
