using static TorchSharp.torch;

namespace FineTune.Vision;

internal sealed class RandomResizedCrop((double Least, double Most) scale, (double Least, double Most) ratio) : Augmentation
{
    public override string Identity => FormattableString.Invariant($"RandomResizedCrop(scale: {scale}, ratio: {ratio})");

    /// <summary>Draws the part of a picture. Where ten drawn ones do not fit, it is the middle one that comes closest.</summary>
    public Area Draw(Random random, int height, int width)
    {
        var drawn = Area.DrawSize(
            random, (double)height * width, scale, ratio, (across, down) => across > 0 && across <= width && down > 0 && down <= height);
        if (drawn is { } size)
        {
            return new(random.Next(height - size.Across + 1), random.Next(width - size.Long + 1), size.Across, size.Long);
        }

        var shape = (double)width / height;
        var (toHeight, toWidth) =
            shape < ratio.Least ? ((int)Math.Round(width / ratio.Least), width)
            : shape > ratio.Most ? (height, (int)Math.Round(height * ratio.Most))
            : (height, width);
        return new((height - toHeight) / 2, (width - toWidth) / 2, toHeight, toWidth);
    }

    public override Tensor Apply(Tensor picture, Random random)
    {
        var (height, width) = ((int)picture.size(1), (int)picture.size(2));
        return PictureOperations.Resized(picture, Draw(random, height, width), height, width);
    }
}
