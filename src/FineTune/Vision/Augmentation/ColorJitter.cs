using static TorchSharp.torch;

namespace FineTune.Vision;

internal sealed class ColorJitter(double brightness, double contrast, double saturation, double hue) : Augmentation
{
    private readonly (double Range, Func<Tensor, double, Tensor> Change)[] factors =
    [
        (brightness, PictureOperations.Brightness),
        (contrast, PictureOperations.Contrast),
        (saturation, PictureOperations.Saturation),
    ];

    public override string Identity => FormattableString.Invariant(
        $"ColorJitter(brightness: {brightness}, contrast: {contrast}, saturation: {saturation}, hue: {hue})");

    public override Tensor Apply(Tensor picture, Random random)
    {
        foreach (var (change, amount) in Draw(random))
        {
            picture = change(picture, amount);
        }

        return picture;
    }

    /// <summary>Draws what is done, in its order.</summary>
    public List<(Func<Tensor, double, Tensor> Change, double Amount)> Draw(Random random)
    {
        var drawn = new List<(Func<Tensor, double, Tensor>, double)>();
        int[] order = [0, 1, 2, 3];
        random.Shuffle(order);
        foreach (var number in order)
        {
            if (number == factors.Length)
            {
                if (hue > 0)
                {
                    drawn.Add((PictureOperations.Hue, Area.Between(random, -hue, hue)));
                }
            }
            else if (factors[number].Range > 0)
            {
                var (range, change) = factors[number];
                drawn.Add((change, Area.Between(random, Math.Max(0, 1 - range), 1 + range)));
            }
        }

        return drawn;
    }
}
