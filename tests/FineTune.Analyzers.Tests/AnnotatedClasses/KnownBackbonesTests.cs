using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Vision;
using TorchSharp.Modules;

namespace FineTune.Analyzers.Tests.AnnotatedClasses;

/// <summary>What the analyzers believe of the backbones, against the backbones.</summary>
public sealed class KnownBackbonesTests
{
    [TestCase(nameof(Backbones.ResNet18))]
    [TestCase(nameof(Backbones.ResNet34))]
    [TestCase(nameof(Backbones.ResNet50))]
    [TestCase(nameof(Backbones.ResNet101), Category = "Slow")]
    [TestCase(nameof(Backbones.ResNet152), Category = "Slow")]
    [TestCase(nameof(Backbones.ResNeXt50), Category = "Slow")]
    [TestCase(nameof(Backbones.WideResNet50), Category = "Slow")]
    [TestCase(nameof(Backbones.DenseNet121))]
    [TestCase(nameof(Backbones.MobileNetV2))]
    [TestCase(nameof(Backbones.Vgg16))]
    [TestCase(nameof(Backbones.Vgg16Bn), Category = "Slow")]
    public void Has_the_layers_and_blocks_of_the_runtime(string name)
    {
        using var backbone = (Sequential)typeof(Backbones).GetMethod(name)!.Invoke(null, null)!;
        var runtime = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));

        var counted = new LayerCount([KnownBackbones.Named(name)!]);

        Assert.That(counted.Layers, Is.EqualTo(runtime.Select(layer => layer.ParameterCount > 0)));
        Assert.That(counted.Blocks, Is.EqualTo(runtime.Gradually(1).Count));
        if (name.StartsWith("Res", StringComparison.Ordinal) || name.StartsWith("Wide", StringComparison.Ordinal))
            Assert.That(counted.ResidualBlocks, Is.EqualTo(Spans(runtime)));
    }

    // layer3.0.conv2 stands in the block layer3.0.
    private static IEnumerable<(int, int)> Spans(LayerList layers) => layers
        .Where(layer => layer.Name.StartsWith("layer", StringComparison.Ordinal))
        .GroupBy(layer => string.Join('.', layer.Name.Split('.').Take(2)))
        .Select(block => (block.Min(layer => layer.Index), block.Max(layer => layer.Index) + 1));
}
