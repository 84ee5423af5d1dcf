using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>Several augmentations, one after the other.</summary>
internal static class AugmentationList
{
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
}
