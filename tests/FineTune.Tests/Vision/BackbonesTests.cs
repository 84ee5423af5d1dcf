using FineTune.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class BackbonesTests
{
    [TestCase(new[] { 1, 1 }, 8, 16)]
    [TestCase(new[] { 1, 1, 1, 1 }, 4, 32)]
    public void A_residual_network_gives_the_features_of_its_last_stage(int[] blocks, int width, int features)
    {
        using Sequential backbone = Backbones.ResNet(blocks, width);
        using Tensor picture = zeros(2, 3, 32, 32);

        using Tensor output = backbone.call(picture);

        Assert.That(output.shape, Is.EqualTo(new long[] { 2, features }));
    }

    [Test]
    public void ResNet18_has_torchvisions_stages_and_names()
    {
        using Sequential backbone = Backbones.ResNet18();

        Assert.Multiple(() =>
        {
            Assert.That(backbone.named_children().Select(child => child.name), Is.EqualTo(new[] { "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "flatten" }));
            Assert.That(backbone.named_parameters().Select(parameter => parameter.name), Does.Contain("layer2.0.downsample.0.weight").And.Contain("layer4.1.bn2.bias"));
            Assert.That(backbone.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(11_176_512), "torchvision's 11,689,512 less the head's 513,000");
        });
    }

    [Test]
    public void An_unknown_name_is_answered_with_the_known_ones() =>
        Assert.That(() => Backbones.Named("resnet19"), Throws.TypeOf<FineTuneException>().With.Message.StartsWith("There is no backbone 'resnet19'; expected one of resnet18, "));
}
