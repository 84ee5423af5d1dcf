using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torchvision;
using static TorchSharp.torchvision.transforms;

namespace FineTune.LibTorch.Tests.Vision;

public class TransformTests
{
    private static readonly Dictionary<string, Tensor> Fixtures = Fixture.Load("images.safetensors");

    private static IEnumerable<TestCaseData> AsTorchvision =>
    [
        new("center 24x30", CenterCrop(24, 30), 0),
        new("center 40x60", CenterCrop(40, 60), 0),
        new("normalized", Compose(ConvertImageDtype(ScalarType.Float32), Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])), 1e-6),
        new("grayscale", Grayscale(), 0),
        new("brightness", AdjustBrightness(1.3), 0),
        new("contrast", AdjustContrast(0.7), 1),
        new("saturation", AdjustSaturation(1.6), 0),
        new("hue", AdjustHue(0.2), 1),
        new("gamma", AdjustGamma(0.8), 1),
        new("invert", Invert(), 0),
        new("pad", Pad([3, 1, 2, 4], PaddingModes.Constant, 7), 0),
        new("blur", Compose(ConvertImageDtype(ScalarType.Float32), Lambda(image => Geometry.Blur(image, (5, 1.1), (3, 0.7)))), 1e-6),
        new("rotate", Rotate(30), 0),
        // Pillow resizes whole numbers in fixed point.
        new("resized 16x16", Resize(16, 16), 1),
        new("resized 24x80", Resize(24, 80), 1),
        new("resized 74x106", Resize(74, 106), 1),
        new("resized 20", Resize(20), 1),
    ];

    [TestCaseSource(nameof(AsTorchvision))]
    public void Transforms_give_what_torchvision_gives(string name, ITransform transform, double tolerance)
    {
        using Tensor actual = transform.call(Fixtures["rgb rgb.png"]);
        Tensor expected = Fixtures[name];

        Assert.That(actual.shape, Is.EqualTo(expected.shape));
        Assert.That(actual.dtype, Is.EqualTo(expected.dtype));
        Assert.That((actual.to(ScalarType.Float64) - expected).abs().max().ToDouble(), Is.LessThanOrEqualTo(tolerance));
    }

    [Test]
    public void Random_transforms_repeat_with_their_seed_and_leave_no_tensor_behind()
    {
        Tensor image = Fixtures["rgb rgb.png"];
        ITransform augment = Compose(
            RandomResizedCrop(24), RandomHorizontalFlip(), RandomRotation(15), ColorJitter(0.3f, 0.3f, 0.3f, 0.1f), RandomGrayscale(0.2), GaussianBlur(3));
        using DisposeScope scope = NewDisposeScope();
        long before = Tensor.TotalCount;

        manual_seed(7);
        Tensor first = augment.call(image), second = augment.call(image);
        manual_seed(7);
        Tensor again = augment.call(image);

        Assert.That(Tensor.TotalCount, Is.EqualTo(before + 3));
        Assert.That(again.IsSame(first), Is.True);
        Assert.That(second.IsSame(first), Is.False);
    }
}
