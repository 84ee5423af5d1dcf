using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>A model's input as a picture, for a page to show.</summary>
internal static class ExamplePicture
{
    /// <summary>Whether an input is a picture: one or three channels of a height and a width.</summary>
    public static bool Is(Tensor input) => input.dim() == 3 && input.shape[0] is 1 or 3 && input.shape[1] > 1 && input.shape[2] > 1;

    /// <summary>
    /// The PNG file of an input of shape [1 or 3, height, width]. Its values are spread from black to white, as what it
    /// was normalized by is not known.
    /// </summary>
    public static byte[] Png(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        var values = input.detach().cpu().to_type(ScalarType.Float32);
        var (low, high) = (values.min().ToSingle(), values.max().ToSingle());
        var scale = high > low ? 255 / (high - low) : 0;

        using var png = new MemoryStream();
        var pixels = ((values - low) * scale).round().to_type(ScalarType.Byte).contiguous();
        torchvision.io.write_png(pixels, png, new torchvision.io.SkiaImager());
        return png.ToArray();
    }
}
