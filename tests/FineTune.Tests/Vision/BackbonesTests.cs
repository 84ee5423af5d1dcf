using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class BackbonesTests
{
    [TestCase(new[] { 1, 1 }, 8, 16)]
    [TestCase(new[] { 1, 1, 1, 1 }, 4, 32)]
    public void A_residual_network_gives_the_features_of_its_last_stage(int[] blocks, int width, int features)
    {
        using var backbone = Backbones.ResNet(blocks, width);
        using var picture = zeros(2, 3, 32, 32);

        using var output = backbone.call(picture);

        Assert.That(output.shape, Is.EqualTo(new long[] { 2, features }));
    }

    [Test]
    public void ResNet18_has_torchvisions_stages_and_names()
    {
        using var backbone = Backbones.ResNet18();

        Assert.Multiple(() =>
        {
            Assert.That(
                backbone.named_children().Select(child => child.name),
                Is.EqualTo(new[] { "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "flatten" }));
            Assert.That(
                backbone.named_parameters().Select(parameter => parameter.name),
                Does.Contain("layer2.0.downsample.0.weight").And.Contain("layer4.1.bn2.bias"));
            Assert.That(
                backbone.parameters().Sum(parameter => parameter.numel()),
                Is.EqualTo(11_176_512),
                "torchvision's 11,689,512 less the head's 513,000");
        });
    }

    [TestCase("mobilenet_v3_small", 30)]
    [TestCase("convnext_tiny", 30)]
    [TestCase("vit_b_16", 30, Category = "Slow")]
    [TestCase("swin_t", 30)]
    public void What_is_frozen_is_cut_off_between_any_two_stages(string name, int trainable)
    {
        using var scope = NewDisposeScope();
        using var backbone = name == "vit_b_16" ? Backbones.ViTB16(64) : Backbones.Named(name).Create();
        backbone.eval();
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));
        layers.Enter(Phase.Last(trainable));
        var picture = rand(2, 3, 64, 64);

        var cut = layers.CallFrozen(backbone, picture);
        var features = layers.CallTrainable(backbone, cut);

        Assert.Multiple(() =>
        {
            Assert.That(cut.shape, Is.Not.EqualTo(picture.shape), "a part of it ran");
            Assert.That(cut.requires_grad, Is.False);
            Assert.That(features.requires_grad, Is.True);
            Assert.That(features.data<float>().ToArray(), Is.EqualTo(backbone.call(picture).data<float>().ToArray()));
        });
    }

    [Test]
    public void A_parameter_that_a_backbone_holds_itself_stops_the_cut_where_it_trains()
    {
        using var scope = NewDisposeScope();
        using var backbone = Backbones.ViTB16(32);
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));
        layers.Enter(Phase.Head);
        backbone.get_parameter("class_token")!.requires_grad = true;
        var picture = rand(1, 3, 32, 32);

        Assert.Multiple(() =>
        {
            Assert.That(layers.CallFrozen(backbone, picture).shape, Is.EqualTo(picture.shape));
            Assert.That(layers.AreFrozen, Is.False);
        });
    }

    [TestCase("efficientnet_b0")]
    [TestCase("convnext_tiny", Category = "Slow")]
    [TestCase("swin_t", Category = "Slow")]
    public void Training_drops_branches_of_whole_samples(string name)
    {
        using var scope = NewDisposeScope();
        using var backbone = Backbones.Named(name).Create();
        var picture = rand(1, 3, 64, 64).expand(6, -1, -1, -1);
        foreach (var module in backbone.modules())
        {
            module.train(module.GetName() == "StochasticDepth");
        }

        foreach ((var parameter, var scale) in backbone.named_parameters())
        {
            if (parameter.EndsWith("layer_scale", StringComparison.Ordinal))
            {
                scale.detach().fill_(1);
            }
        }

        manual_seed(1);
        var trained = backbone.call(picture);
        backbone.eval();
        var inferred = backbone.call(picture);

        Assert.Multiple(() =>
        {
            Assert.That(Spread(inferred), Is.LessThan(1e-4), "the same picture, the same features");
            Assert.That(Spread(trained), Is.GreaterThan(1e-2), "each sample drops its own branches");
        });
    }

    /// <summary>How far features of the samples are apart, to the largest.</summary>
    private static double Spread(Tensor features) => ((features - features.mean([0L])).abs().max() / features.abs().max()).ToDouble();

    [TestCase(0)]
    [TestCase(30)]
    public void A_vision_transformer_needs_whole_patches(int size) =>
        Assert.That(() => Backbones.ViTB16(size), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("a multiple of 16"));

    [Test]
    public void An_unknown_name_is_answered_with_the_known_ones() =>
        Assert.That(
            () => Backbones.Named("resnet19"),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("There is no backbone 'resnet19'; expected one of resnet18, "));
}
