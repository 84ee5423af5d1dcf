using System.Text.Json;
using FineTune.Data;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class PictureOperationsTests
{
    private static readonly Fixture Known = JsonSerializer.Deserialize<Fixture>(
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vision", "Fixtures", "augmentations.json")),
        JsonSerializerOptions.Web)!;

    private static IEnumerable<string> Operations => Known.Cases.Select(one => one.Operation).Distinct();

    [TestCaseSource(nameof(Operations))]
    public void Each_is_that_of_torchvision(string operation)
    {
        Assert.Multiple(() =>
        {
            foreach (var expected in Known.Cases.Where(one => one.Operation == operation))
            {
                using var picture = tensor(Known.Inputs[expected.Channels]).reshape(expected.Channels, Known.Height, Known.Width);
                using var before = picture.clone();
                using var changed = Apply(picture, operation, expected.Arguments);
                var odd = changed.Values<float>().Zip(expected.Pixels).Count(pair => Math.Abs(pair.First - pair.Second) > 2e-5);

                Assert.That(changed.numel(), Is.EqualTo(expected.Pixels.Length), $"{expected}");
                Assert.That(odd, Is.LessThanOrEqualTo(Ties(operation)), $"{expected}: pixels that differ");
                Assert.That(picture.equal(before).all().ToBoolean(), "the picture itself stays as it is");
            }
        });
    }

    // A shear or a turn by nearest pixels may find two as near; which of them it takes is rounding.
    private static int Ties(string operation) => operation is "rotate" or "rotate filled" or "shear x" or "shear y" ? 3 : 0;

    private static Tensor Apply(Tensor picture, string operation, double[] by)
    {
        return operation switch
        {
            "brightness" => PictureOperations.Brightness(picture, by[0]),
            "contrast" => PictureOperations.Contrast(picture, by[0]),
            "saturation" => PictureOperations.Saturation(picture, by[0]),
            "hue" => PictureOperations.Hue(picture, by[0]),
            "sharpness" => PictureOperations.Sharpness(picture, by[0]),
            "posterize" => PictureOperations.Posterized(picture, (int)by[0]),
            "solarize" => PictureOperations.Solarized(picture, by[0]),
            "autocontrast" => PictureOperations.AutoContrast(picture),
            "equalize" => PictureOperations.Equalized(picture),
            "rotate" => Moved(Movement.Rotation(by[0])),
            "rotate bilinear" => Moved(Movement.Rotation(by[0]), GridSampleMode.Bilinear),
            "rotate filled" => Moved(Movement.Rotation(by[0]), fill: 0.25),
            "shear x" => Moved(Movement.ShearX(by[0], picture.size(1))),
            "shear y" => Moved(Movement.ShearY(by[0], picture.size(2))),
            "shear x bilinear" => Moved(Movement.ShearX(by[0], picture.size(1)), GridSampleMode.Bilinear),
            "shear y bilinear" => Moved(Movement.ShearY(by[0], picture.size(2)), GridSampleMode.Bilinear),
            "translate" => Moved(Movement.Translation(by[0], by[1])),
            "resized" => PictureOperations.Resized(picture, Part(), (int)by[4], (int)by[5]),
            "erased" => PictureOperations.Erased(picture, Part(), -1.5),
            _ => throw new ArgumentException(operation),
        };

        Area Part() => new((int)by[0], (int)by[1], (int)by[2], (int)by[3]);

        Tensor Moved(Movement movement, GridSampleMode mode = GridSampleMode.Nearest, double fill = 0) =>
            PictureOperations.Moved(picture, movement, mode, fill);
    }

    private sealed record Fixture(int Height, int Width, Dictionary<int, float[]> Inputs, Case[] Cases);

    private sealed record Case(string Operation, double[] Arguments, int Channels, float[] Pixels)
    {
        public override string ToString() => $"{Operation}({string.Join(", ", Arguments)}) of {Channels} channels";
    }
}
