using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Functions of the values of pixels. The formulas are torchvision's.</summary>
internal static class Pixels
{
    public static double Highest(ScalarType type) => type switch
    {
        ScalarType.Byte => byte.MaxValue,
        ScalarType.Int8 => sbyte.MaxValue,
        ScalarType.Int16 => short.MaxValue,
        ScalarType.Int32 => int.MaxValue,
        ScalarType.Int64 => long.MaxValue,
        _ => 1,
    };

    public static Tensor Convert(Tensor image, ScalarType type)
    {
        ScalarType from = image.dtype;
        if (from == type) return image.alias();
        if (is_floating_point(type)) return is_floating_point(from) ? image.to(type) : image.to(type).div_(Highest(from));
        if (is_floating_point(from)) return image.mul(Highest(type) + 1 - 1e-3).to(type);
        return Highest(from) > Highest(type)
            ? image.div((long)((Highest(from) + 1) / (Highest(type) + 1)), RoundingMode.floor).to(type)
            : image.to(type).mul_((long)((Highest(type) + 1) / (Highest(from) + 1)));
    }

    public static Tensor Gray(Tensor image)
    {
        if (image.size(-3) == 1) return image.alias();
        Tensor[] channels = Channels(image);
        return (0.2989 * channels[0] + 0.587 * channels[1] + 0.114 * channels[2]).to(image.dtype).unsqueeze(-3);
    }

    public static Tensor Brightness(Tensor image, double factor) => Blend(image, image.zeros_like(), factor);

    public static Tensor Contrast(Tensor image, double factor)
    {
        ScalarType type = image.is_floating_point() ? image.dtype : ScalarType.Float32;
        return Blend(image, Gray(image).to(type).mean([-3, -2, -1], keepdim: true), factor);
    }

    public static Tensor Saturation(Tensor image, double factor) => image.size(-3) == 1 ? image.alias() : Blend(image, Gray(image), factor);

    public static Tensor Invert(Tensor image) => (Highest(image.dtype) - image).to(image.dtype);

    public static Tensor Gamma(Tensor image, double gamma, double gain) =>
        OnFloats(image, numbers => (gain * numbers.pow(gamma)).clamp(0, 1));

    public static Tensor Hue(Tensor image, double turn) => image.size(-3) == 1 ? image.alias() : OnFloats(image, numbers =>
    {
        (Tensor h, Tensor s, Tensor v) = ToHsv(numbers);
        return ToRgb((h + turn).remainder(1), s, v);
    });

    private static Tensor Blend(Tensor image, Tensor other, double ratio) =>
        (ratio * image + (1 - ratio) * other).clamp(0, Highest(image.dtype)).to(image.dtype);

    private static Tensor OnFloats(Tensor image, Func<Tensor, Tensor> function) =>
        image.is_floating_point() ? function(image) : Convert(function(Convert(image, ScalarType.Float32)), image.dtype);

    private static Tensor[] Channels(Tensor image) =>
        image.size(-3) == 3 ? image.unbind(-3) : throw new ArgumentException($"The picture has {image.size(-3)} channels: expected 3.");

    private static (Tensor H, Tensor S, Tensor V) ToHsv(Tensor image)
    {
        Tensor[] channels = Channels(image);
        (Tensor r, Tensor g, Tensor b) = (channels[0], channels[1], channels[2]);
        Tensor highest = image.amax([-3]), lowest = image.amin([-3]);
        Tensor even = highest == lowest, range = highest - lowest;
        Tensor one = highest.ones_like();
        Tensor saturation = range / where(even, one, highest);
        Tensor divisor = where(even, one, range);
        Tensor fromRed = (highest - r) / divisor, fromGreen = (highest - g) / divisor, fromBlue = (highest - b) / divisor;
        Tensor redmost = highest == r, greenmost = highest == g;
        Tensor hue = redmost * (fromBlue - fromGreen)
            + (greenmost & ~redmost) * (2 + fromRed - fromBlue)
            + (~greenmost & ~redmost) * (4 + fromGreen - fromRed);
        return ((hue / 6 + 1).fmod(1), saturation, highest);
    }

    private static Tensor ToRgb(Tensor h, Tensor s, Tensor v)
    {
        Tensor sector = (h * 6).floor();
        Tensor f = h * 6 - sector;
        Tensor p = (v * (1 - s)).clamp(0, 1), q = (v * (1 - s * f)).clamp(0, 1), t = (v * (1 - s * (1 - f))).clamp(0, 1);
        Tensor chosen = sector.to(ScalarType.Int32).remainder(6).unsqueeze(-3) == arange(6).view(-1, 1, 1);
        Tensor Channel(params Tensor[] bySector) => (chosen.to(v.dtype) * stack(bySector, -3)).sum(-3);
        return stack([Channel(v, q, p, p, t, v), Channel(t, v, v, q, p, p), Channel(p, p, t, v, v, q)], -3);
    }
}
