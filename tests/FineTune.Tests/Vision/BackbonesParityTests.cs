using System.Text;
using System.Text.Json;
using FineTune.Checkpoints;
using FineTune.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>
/// Each backbone gives torchvision's features and gradients for the same weights. The fixture was made by the script
/// beside it; weights come from a formula on both sides.
/// </summary>
public sealed class BackbonesParityTests
{
    private const int Size = 64;
    private const double Tolerance = 1e-4;

    private static readonly Dictionary<string, Fixture> Fixtures = JsonSerializer.Deserialize<Dictionary<string, Fixture>>(
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vision", "Fixtures", "backbones.json")), JsonSerializerOptions.Web)!;

    /// <param name="Gradients">For each parameter the norm of its gradient, the largest element, and a few elements.</param>
    private sealed record Fixture(long[] Shape, double Norm, double[] Features, double[] PictureGradient, Dictionary<string, double[]> Gradients);

    private static IEnumerable<string> Names => Backbones.All.Select(architecture => architecture.Name);

    [TestCaseSource(nameof(Names))]
    public void Features_and_gradients_are_torchvisions(string name)
    {
        Fixture expected = Fixtures[name];
        using var scope = NewDisposeScope();
        BackboneArchitecture architecture = Backbones.Named(name);
        using Sequential backbone = name == "vit_b_16" ? Backbones.ViTB16(Size) : architecture.Create();
        backbone.eval();
        foreach ((string parameter, Tensor tensor) in backbone.state_dict())
        {
            if (tensor.is_floating_point())
                Fill(parameter, tensor);
        }

        Tensor picture = tensor(Waves(2 * 3 * Size * Size, 0.5)).reshape(2, 3, Size, Size);
        picture.requires_grad = true;
        Tensor features = backbone.call(picture);
        Tensor direction = tensor(Waves(features.numel(), 0.25)).reshape(features.shape);
        (features * direction).sum().backward();
        Dictionary<string, Tensor> gradients = backbone.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad()!);

        // Sums are taken in another order here and there, so that errors grow with the size of the terms, not of the sum.
        double largest = expected.Features.Max(Math.Abs), steepest = expected.Gradients.Values.Max(values => values[1]);
        Assert.Multiple(() =>
        {
            Assert.That(features.shape, Is.EqualTo(expected.Shape));
            Assert.That(features.shape[1], Is.EqualTo(architecture.FeatureWidth));
            Assert.That(features.detach().norm().ToDouble(), Is.EqualTo(expected.Norm).Within(Tolerance * expected.Norm));
            AssertSpread(features, expected.Features, Tolerance * largest, "feature");
            AssertSpread(picture.grad()!, expected.PictureGradient, Tolerance * expected.PictureGradient.Max(Math.Abs), "gradient of the picture");
            Assert.That(gradients.Keys, Is.EquivalentTo(expected.Gradients.Keys));
            foreach ((string parameter, double[] values) in expected.Gradients)
            {
                Assert.That(gradients[parameter].norm().ToDouble(), Is.EqualTo(values[0]).Within(Tolerance * (values[0] + (steepest / 100))), $"norm of {parameter}");
                AssertSpread(gradients[parameter], values[2..], Tolerance * (values[1] + (steepest / 100)), parameter);
            }
        });
    }

    private static void AssertSpread(Tensor tensor, double[] expected, double tolerance, string what)
    {
        float[] values = tensor.detach().contiguous().flatten().data<float>().ToArray();
        for (int i = 0; i < expected.Length; i++)
            Assert.That(values[((2L * i) + 1) * values.Length / (2 * expected.Length)], Is.EqualTo(expected[i]).Within(tolerance), $"{what} {i}");
    }

    private static float[] Waves(long count, double phase) => [.. Enumerable.Range(0, (int)count).Select(i => (float)Math.Sin((i * 0.7310585) + phase))];

    private static void Fill(string name, Tensor tensor)
    {
        double phase = Crc32.Of(Encoding.UTF8.GetBytes(name)) % 1000;
        long count = tensor.numel();
        double scale = tensor.dim() > 1 ? Math.Sqrt(2.0 / (count / tensor.shape[0])) : 0.1;
        bool nearOne = tensor.dim() <= 1 && (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal));
        Span<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.bytes);
        for (int i = 0; i < values.Length; i++)
        {
            double wave = Math.Sin((i * 0.7310585) + phase);
            values[i] = (float)(nearOne ? 1 + (0.2 * wave) : scale * wave);
        }
    }
}
