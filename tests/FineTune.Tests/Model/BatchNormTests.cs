using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

public sealed class BatchNormTests
{
    [Test]
    public void Frozen_batch_norm_uses_its_stored_statistics_and_keeps_them_whatever_train_is_called()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        using var outer = Sequential(("model", model));
        var before = Toy.Weights(model.backbone);
        using var input = torch.randn(16, 4);

        model.train();
        outer.train();
        outer.train(true);
        using var first = model.backbone.call(input);
        using var second = model.backbone.call(input);

        Assert.That(Toy.Changed(before, Toy.Weights(model.backbone)), Is.Empty);
        Assert.That(Toy.Values(first), Is.EqualTo(Toy.Values(second)), "dropout in the frozen part is off");
        Assert.That(model.head.training, Is.True);
    }

    [Test]
    public void After_unfreezing_batch_norm_keeps_its_statistics_while_its_scale_and_shift_train()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var before = Toy.Weights(model);

        compiled.Fit(Toy.Points(), Toy.Quiet);

        var changed = Toy.Changed(before, Toy.Weights(model));
        Assert.That(changed, Has.None.Contains("running"));
        Assert.That(changed, Has.None.Contains("num_batches_tracked"));
        Assert.That(changed, Contains.Item("backbone.bn1.weight").And.Contains("backbone.bn2.bias"));
    }

    [Test]
    public void After_unfreezing_statistics_are_updated_where_the_attribute_says_so()
    {
        using var model = new RatedMlp();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var before = Toy.Weights(model);

        compiled.Fit(Toy.Points(), Toy.Quiet);

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Contains.Item("backbone.bn.running_mean"));
    }

    [Test]
    public void Frozen_statistics_stay_also_where_the_attribute_lets_unfrozen_ones_move()
    {
        using var model = new RatedMlp();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var before = Toy.Weights(model);

        compiled.Fit(Toy.Points(), Toy.Quiet);

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.EqualTo(new[] { "head.weight", "head.bias" }));
    }

    [Test]
    public void A_part_put_into_training_mode_by_hand_is_put_back_before_the_next_step()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var before = Toy.Weights(model.backbone);

        compiled.Fit(Toy.Points(), Toy.Quiet with { Callbacks = [new Recorder { AtBatchEnd = _ => model.backbone.train() }] });

        Assert.That(Toy.Changed(before, Toy.Weights(model.backbone)), Is.Empty);
    }

    [Test]
    public void Every_kind_of_layer_with_running_statistics_is_covered()
    {
        using var backbone = Sequential(
            ("bn1d", BatchNorm1d(2)),
            ("bn2d", BatchNorm2d(2)),
            ("bn3d", BatchNorm3d(2)),
            ("tracking1d", InstanceNorm1d(2, track_running_stats: true)),
            ("tracking2d", InstanceNorm2d(2, track_running_stats: true)),
            ("tracking3d", InstanceNorm3d(2, track_running_stats: true)),
            ("user's own", new OwnNorm()),
            ("not_tracking", InstanceNorm2d(2)));
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));
        layers.Enter(Phase.Full);

        backbone.train();
        layers.KeepFrozenInInferenceMode();

        Assert.That(
            layers.Select(layer => layer.Module.training),
            Is.EqualTo(new[] { false, false, false, false, false, false, false, true }));
    }

    [Test]
    public void Frozen_instance_norm_with_statistics_uses_them_and_keeps_them()
    {
        using var backbone = Sequential(("norm", InstanceNorm2d(2, affine: true, track_running_stats: true)));
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));
        var before = Toy.Weights(backbone);
        using var input = torch.randn(3, 2, 4, 4) * 5 + 2;
        layers.Enter(Phase.Head);

        backbone.train();
        layers.KeepFrozenInInferenceMode();
        using var output = backbone.call(input);

        // Statistics of zero and one change nothing; those of the input would.
        Assert.That(Toy.Values(output), Is.EqualTo(Toy.Values(input)).Within(1e-4));
        Assert.That(Toy.Changed(before, Toy.Weights(backbone)), Is.Empty);
    }

    /// <summary>As synchronized normalization: none of the known types, but with running statistics.</summary>
    private sealed class OwnNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        public OwnNorm()
            : base(nameof(OwnNorm))
        {
            register_buffer("running_mean", torch.zeros(2));
            register_buffer("running_var", torch.ones(2));
        }

        public override torch.Tensor forward(torch.Tensor x) => x;
    }
}
