using FineTune.Vision;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Every backbone, exported, answers in ONNX Runtime what it answers here.</summary>
public sealed class BackboneExportTests
{
    private static readonly string[] Fast = ["resnet18", "mobilenet_v3_small", "convnext_tiny", "swin_t"];

    private static IEnumerable<TestCaseData> Names => Backbones.All.Select(architecture =>
    {
        var test = new TestCaseData(architecture.Name);
        return Fast.Contains(architecture.Name) ? test : test.SetCategory("Slow");
    });

    [TestCaseSource(nameof(Names))]
    public void An_exported_backbone_answers_the_same(string name)
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        var architecture = Backbones.Named(name);
        var backbone = name == "vit_b_16" ? Backbones.ViTB16(64) : architecture.Create();
        using var model = new AnyParts(backbone, Linear(architecture.FeatureWidth, 8)).Stirred();

        Exported.Check(model.Compiled(), count => rand(count, 3, 64, 64));
    }

    /// <summary>Windows that do not divide the picture, and several of them beside each other.</summary>
    [TestCase("swin_t", 120, 152, Category = "Slow")]
    [TestCase("vgg16", 232, 96, Category = "Slow")]
    [TestCase("resnet50", 224, 224, Category = "Slow")]
    public void Pictures_have_any_size(string name, int height, int width)
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        var architecture = Backbones.Named(name);
        using var model = new AnyParts(architecture.Create(), Linear(architecture.FeatureWidth, 8)).Stirred();

        Exported.Check(model.Compiled(), count => rand(count, 3, height, width));
    }
}
