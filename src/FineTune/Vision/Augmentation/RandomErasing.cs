using static TorchSharp.torch;

namespace FineTune.Vision;

internal sealed class RandomErasing(
    double probability, (double Least, double Most) scale, (double Least, double Most) ratio, double? value) : Augmentation
{
    public override bool IsAfterNormalization => true;

    public override string Identity => FormattableString.Invariant(
        $"RandomErasing(probability: {probability}, scale: {scale}, ratio: {ratio}, value: {value?.ToString() ?? "noise"})");

    public override Tensor Apply(Tensor picture, Random random)
    {
        if (Draw(random, (int)picture.size(1), (int)picture.size(2)) is not { } area)
        {
            return picture;
        }

        if (value is { } stated)
        {
            return PictureOperations.Erased(picture, area, stated);
        }

        using var generator = new Generator((ulong)random.NextInt64());
        using var noise = randn([picture.size(0), area.Height, area.Width], generator: generator);
        return PictureOperations.Erased(picture, area, noise);
    }

    /// <summary>Draws the rectangle; null for none, as it is not to be, or as ten drawn ones did not fit.</summary>
    public Area? Draw(Random random, int height, int width)
    {
        if (random.NextDouble() >= probability)
        {
            return null;
        }

        var drawn = Area.DrawSize(random, (double)height * width, scale, ratio, (down, across) => down < height && across < width);
        return drawn is { } size
            ? new Area(random.Next(height - size.Long + 1), random.Next(width - size.Across + 1), size.Long, size.Across)
            : null;
    }
}
