using System.Text.Json;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>
/// Each backbone gives torchvision's features and gradients for the same weights. The fixture was made by the script
/// beside it; weights come from a formula on both sides, and all is computed in double precision: in single precision a deep
/// network's gradients differ by up to 1e-3 from one processor's kernels to another's, in double by less than the digits stored.
/// </summary>
public sealed class BackbonesParityTests
{
    private const int Size = 64;
    private const double Tolerance = 1e-6;

    private static readonly Dictionary<string, Fixture> Fixtures = JsonSerializer.Deserialize<Dictionary<string, Fixture>>(
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vision", "Fixtures", "backbones.json")),
        JsonSerializerOptions.Web)!;

    /// <param name="Gradients">For each parameter the norm of its gradient, the largest element, and a few elements.</param>
    private sealed record Fixture(
        long[] Shape,
        double Norm,
        double[] Features,
        double[] PictureGradient,
        Dictionary<string, double[]> Gradients);

    // The same code as others', deeper or wider; and the one network of its kind that takes seconds.
    private static readonly string[] Slow =
    [
        "resnet34",
        "resnet101",
        "resnet152",
        "resnext50_32x4d",
        "wide_resnet50_2",
        "efficientnet_b1",
        "efficientnet_b2",
        "efficientnet_b3",
        "efficientnet_b4",
        "convnext_small",
        "vgg16",
        "vit_b_16",
    ];

    private static IEnumerable<TestCaseData> Names => Backbones.All.Select(architecture =>
    {
        var test = new TestCaseData(architecture.Name);
        return Slow.Contains(architecture.Name) ? test.SetCategory("Slow") : test;
    });

    [TestCaseSource(nameof(Names))]
    public void Features_and_gradients_are_torchvisions(string name)
    {
        var expected = Fixtures[name];
        using var scope = NewDisposeScope();
        var architecture = Backbones.Named(name);
        using var backbone = name == "vit_b_16" ? Backbones.ViTB16(Size) : architecture.Create();
        backbone.to(ScalarType.Float64).eval();
        foreach ((var parameter, var tensor) in backbone.state_dict())
        {
            if (tensor.is_floating_point())
            {
                Formula.Fill(parameter, tensor);
            }
        }

        var picture = tensor(Formula.Waves(2 * 3 * Size * Size, 0.5)).reshape(2, 3, Size, Size);
        picture.requires_grad = true;
        var features = backbone.call(picture);
        var direction = tensor(Formula.Waves(features.numel(), 0.25)).reshape(features.shape);
        (features * direction).sum().backward();
        var gradients = backbone.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!);

        // Sums are taken in another order here and there, so that errors grow with the size of the terms, not of the sum.
        double largest = expected.Features.Max(Math.Abs), steepest = expected.Gradients.Values.Max(values => values[1]);
        Assert.Multiple(() =>
        {
            Assert.That(features.shape, Is.EqualTo(expected.Shape));
            Assert.That(features.shape[1], Is.EqualTo(architecture.FeatureWidth));
            Assert.That(features.detach().norm().ToDouble(), Is.EqualTo(expected.Norm).Within(Tolerance * expected.Norm));
            Formula.AssertSpread(features, expected.Features, Tolerance * largest, "feature");
            Formula.AssertSpread(
                picture.grad!,
                expected.PictureGradient,
                Tolerance * expected.PictureGradient.Max(Math.Abs),
                "gradient of the picture");
            Assert.That(gradients.Keys, Is.EquivalentTo(expected.Gradients.Keys));
            foreach ((var parameter, var values) in expected.Gradients)
            {
                Assert.That(
                    gradients[parameter].norm().ToDouble(),
                    Is.EqualTo(values[0]).Within(Tolerance * (values[0] + (steepest / 100))),
                    $"norm of {parameter}");
                Formula.AssertSpread(gradients[parameter], values[2..], Tolerance * (values[1] + (steepest / 100)), parameter);
            }
        });
    }
}
