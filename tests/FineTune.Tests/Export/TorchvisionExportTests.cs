using FineTune.Vision;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torchvision;

namespace FineTune.Tests;

/// <summary>Models of <c>torchvision.models</c>, whose blocks nobody here wrote, exported by what they do.</summary>
public sealed class TorchvisionExportTests
{
    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Create, int Size)> Models = new()
    {
        ["alexnet"] = (() => models.alexnet(), 64),
        ["googlenet of transformed pictures"] = (() => models.googlenet(transform_input: true), 64),
        ["inception_v3"] = (() => models.inception_v3(), 80),
        ["mobilenet_v2"] = (() => models.mobilenet_v2(), 64),
        ["mobilenet_v3_large"] = (() => models.mobilenet_v3_large(), 64),
        ["resnet18"] = (() => models.resnet18(), 64),
        ["resnet50"] = (() => models.resnet50(), 64),
        ["vgg11_bn"] = (() => models.vgg11_bn(), 64),
    };

    private static IEnumerable<TestCaseData> Names => Models.Keys.Select(name =>
    {
        var test = new TestCaseData(name);
        return name is "resnet18" ? test : test.SetCategory("Slow");
    });

    [TestCaseSource(nameof(Names))]
    public void A_headless_model_answers_the_same(string name)
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        var (create, size) = Models[name];
        var backbone = Backbones.Headless(create());
        using var model = new AnyParts(backbone, Linear(backbone.FeatureWidth, 8)).Stirred();

        Exported.Check(model.Compiled(), count => rand(count, 3, size, size));
    }

    /// <summary>The chain is known, though not to the module, which is one of a library.</summary>
    [Test]
    public void A_whole_model_answers_the_same()
    {
        random.manual_seed(4);
        using var scope = NewDisposeScope();
        using var model = new AnyParts(models.resnet18(), Linear(1000, 8)).Stirred();

        Exported.Check(model.Compiled(), count => rand(count, 3, 64, 64));
    }
}
