using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>From the content of a picture's file to what a model is shown: decoded, cut out, resized, augmented, normalized.</summary>
internal static class PicturePreprocessing
{
    private static readonly Scalar FromBytes = 1.0 / 255;

    /// <summary>What the model is shown of a picture.</summary>
    /// <param name="file">The content of its file.</param>
    /// <param name="name">What an error calls it, such as its path.</param>
    /// <param name="options">Size, orientation, background and normalization.</param>
    /// <param name="augment">What is random about it; nothing in validation and prediction.</param>
    /// <param name="random">Where that is drawn from.</param>
    /// <returns>Of shape [3, size, size].</returns>
    /// <exception cref="DamagedSampleException">It cannot be decoded.</exception>
    public static Tensor Of(
        byte[] file, string name, ImageFolderOptions options, IReadOnlyList<Augmentation>? augment = null, Random? random = null)
    {
        var size = options.ImageSize;
        var (pixels, height, width) = Decoded(file, name, options);
        var rest = augment ?? [];
        var area = Area.MiddleSquare(height, width);
        if (rest is [RandomResizedCrop crop, ..])
        {
            area = crop.Draw(random!, height, width);
            rest = [.. rest.Skip(1)];
        }

        using var scope = NewDisposeScope();
        var picture = tensor(Resampling.Resize(pixels, 3, height, width, area, size)).reshape(3, size, size).mul_(FromBytes);
        return rest.Apply(picture, random, options.Normalization).MoveToOuterDisposeScope();
    }

    /// <summary>Augments a picture and normalizes it, in this order but for what is done after normalization.</summary>
    public static Tensor Apply(this IReadOnlyList<Augmentation> augment, Tensor picture, Random? random, Normalization? normalization)
    {
        foreach (var augmentation in augment.Where(augmentation => !augmentation.IsAfterNormalization))
        {
            picture = augmentation.Apply(picture, random!);
        }

        picture = normalization?.Of(picture) ?? picture;
        foreach (var augmentation in augment.Where(augmentation => augmentation.IsAfterNormalization))
        {
            picture = augmentation.Apply(picture, random!);
        }

        return picture;
    }

    /// <summary>What all of them do as text; null where nobody can tell it of one.</summary>
    public static string? Identity(this IReadOnlyList<Augmentation> augment) =>
        augment.Any(augmentation => augmentation.Identity is null)
            ? null
            : string.Join(", ", augment.Select(augmentation => augmentation.Identity));

    /// <summary>What all of them are called; null for none.</summary>
    public static string? Described(this IReadOnlyList<Augmentation> augment) => augment.Count == 0 ? null : string.Join(", ", augment);

    private static (byte[] Pixels, int Height, int Width) Decoded(byte[] file, string name, ImageFolderOptions options)
    {
        try
        {
            return PictureFile.Decode(file, name, options.ApplyOrientation, options.Background);
        }
        catch (Exception exception) when (exception is not FineTuneException)
        {
            throw new DamagedSampleException($"'{name}' cannot be decoded as a picture: {exception.Message}", exception);
        }
    }
}
