using System.Text.Json;
using FineTune.Vision;

namespace FineTune.Tests;

public sealed class ResamplingTests
{
    private sealed record Fixture(int Height, int Width, int Size, float[] Pixels)
    {
        public override string ToString() => $"{Height} x {Width} to {Size}";
    }

    private static IEnumerable<Fixture> Fixtures =>
        JsonSerializer.Deserialize<Fixture[]>(
            File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vision", "Fixtures", "resampling.json")),
            JsonSerializerOptions.Web)!;

    [Test]
    public void The_middle_square_is_resized_as_PyTorch_does_with_antialiasing()
    {
        Assert.Multiple(() =>
        {
            foreach (var expected in Fixtures)
            {
                byte[] pixels = [.. Enumerable.Range(0, 2 * expected.Height * expected.Width).Select(i => (byte)(i * 7919 % 256))];

                var actual = Resampling.Resize(
                    pixels, 2, expected.Height, expected.Width, Area.MiddleSquare(expected.Height, expected.Width), expected.Size);

                Assert.That(actual, Is.EqualTo(expected.Pixels).Within(0.01f), $"{expected}");
            }
        });
    }
}
