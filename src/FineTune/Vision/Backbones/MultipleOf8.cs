namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>
    /// The number of channels that the mobile networks round to: the nearest multiple of 8 that is at least 8 and not more than a tenth
    /// below.
    /// </summary>
    private static int MultipleOf8(double channels)
    {
        var rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
