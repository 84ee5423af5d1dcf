using System.Reflection;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Vision;
using TorchSharp.Modules;

namespace FineTune.Analyzers.Tests.AnnotatedClasses;

/// <summary>What the analyzers believe of the backbones, against the backbones.</summary>
public sealed class KnownBackbonesTests
{
    // Blocks that always add their input; of the others a field says whether they do.
    private static readonly string[] Residual =
    [
        "BasicBlock",
        "Bottleneck",
        "RegNetBlock",
        "ConvNeXtBlock",
        "VisionTransformerBlock",
        "SwinBlock",
    ];

    // All but the one that is told what it is to be made of.
    private static IEnumerable<string> Names => typeof(Backbones).GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(method => method.ReturnType == typeof(Sequential) && method.Name != nameof(Backbones.ResNet)).Select(method => method.Name);

    [Test]
    public void Knows_every_backbone_there_is()
    {
        Assert.That(Names.Count(), Is.EqualTo(Backbones.All.Count));
        Assert.That(Names.Where(name => KnownBackbones.Named(name) is null), Is.Empty);
    }

    [TestCase(nameof(Backbones.ResNet18))]
    [TestCase(nameof(Backbones.ResNet34), Category = "Slow")]
    [TestCase(nameof(Backbones.ResNet50), Category = "Slow")]
    [TestCase(nameof(Backbones.ResNet101), Category = "Slow")]
    [TestCase(nameof(Backbones.ResNet152), Category = "Slow")]
    [TestCase(nameof(Backbones.ResNeXt50), Category = "Slow")]
    [TestCase(nameof(Backbones.WideResNet50), Category = "Slow")]
    [TestCase(nameof(Backbones.DenseNet121))]
    [TestCase(nameof(Backbones.MobileNetV2))]
    [TestCase(nameof(Backbones.MobileNetV3Small))]
    [TestCase(nameof(Backbones.MobileNetV3Large))]
    [TestCase(nameof(Backbones.EfficientNetB0))]
    [TestCase(nameof(Backbones.EfficientNetB1), Category = "Slow")]
    [TestCase(nameof(Backbones.EfficientNetB2), Category = "Slow")]
    [TestCase(nameof(Backbones.EfficientNetB3), Category = "Slow")]
    [TestCase(nameof(Backbones.EfficientNetB4), Category = "Slow")]
    [TestCase(nameof(Backbones.RegNetY400MF))]
    [TestCase(nameof(Backbones.ConvNeXtTiny), Category = "Slow")]
    [TestCase(nameof(Backbones.ConvNeXtSmall), Category = "Slow")]
    [TestCase(nameof(Backbones.ViTB16), Category = "Slow")]
    [TestCase(nameof(Backbones.SwinT), Category = "Slow")]
    [TestCase(nameof(Backbones.Vgg16), Category = "Slow")]
    [TestCase(nameof(Backbones.Vgg16Bn), Category = "Slow")]
    public void Has_the_layers_and_blocks_of_the_runtime(string name)
    {
        var create = typeof(Backbones).GetMethod(name)!;
        using var backbone = (Sequential)create.Invoke(null, [.. create.GetParameters().Select(parameter => parameter.DefaultValue)])!;
        var runtime = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));

        var counted = new LayerCount([KnownBackbones.Named(name)!]);

        Assert.That(counted.Layers, Is.EqualTo(runtime.Select(layer => layer.ParameterCount > 0)));
        Assert.That(counted.Blocks, Is.EqualTo(runtime.Gradually(1).Count));
        Assert.That(counted.ResidualBlocks, Is.EquivalentTo(Spans(runtime, backbone)));
    }

    /// <summary>Of each block that adds its input to what it computes, its first layer and the one after its last.</summary>
    private static IEnumerable<(int, int)> Spans(LayerList layers, TorchSharp.torch.nn.Module backbone) =>
        from block in backbone.named_modules()
        where AddsItsInput(block.module)
        let own = layers.Where(layer => block.module.named_modules().Any(part => ReferenceEquals(part.module, layer.Module))).ToList()
        select (own.Min(layer => layer.Index), own.Max(layer => layer.Index) + 1);

    private static bool AddsItsInput(TorchSharp.torch.nn.Module module) =>
        Residual.Contains(module.GetType().Name)
        || module.GetType().GetField("isResidual", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(module) is true;
}
