using System.Globalization;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// What a backbone was trained to see: each channel, from 0 to 1, minus its mean, divided by its standard deviation.
/// </summary>
/// <param name="Mean">Of red, green and blue.</param>
/// <param name="StandardDeviation">Of red, green and blue.</param>
public sealed record Normalization(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    /// <summary>The statistics of ImageNet, which torchvision's published weights expect.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The picture, normalized.</summary>
    /// <param name="picture">Of shape [3, height, width], from 0 to 1; it is not written to.</param>
    internal Tensor Of(Tensor picture)
    {
        using var mean = tensor(Mean.ToArray()).reshape(-1, 1, 1);
        using var deviation = tensor(StandardDeviation.ToArray()).reshape(-1, 1, 1);
        return picture.sub(mean).div_(deviation);
    }

    /// <summary>All of it as text.</summary>
    internal string Identity => FormattableString.Invariant(
        $"mean {string.Join(' ', Mean.Select(Text))}, deviation {string.Join(' ', StandardDeviation.Select(Text))}");

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
