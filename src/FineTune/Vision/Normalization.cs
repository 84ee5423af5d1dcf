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
}
