namespace FineTune.Vision;

/// <summary>How the pictures of an <see cref="ImageFolder"/> become tensors, and how a folder is split.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>
    /// The height and width of the tensors. The largest square in the middle of a picture is resized to it, so that
    /// nothing is distorted. A backbone's own is in <see cref="BackboneArchitecture.InputSize"/>.
    /// </summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>
    /// Whether a picture is turned and mirrored as the EXIF orientation in its file says, as viewers do: photos of phones lie on their
    /// side otherwise. torchvision's <c>read_image</c> does not, unless told to.
    /// </summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>
    /// The color that shows through transparent pixels, as in <c>(255, 255, 255)</c>. Null, the default, leaves transparency aside: each
    /// pixel has the color that is stored for it, as torchvision reads pictures.
    /// </summary>
    public (byte Red, byte Green, byte Blue)? Background { get; init; }

    /// <summary>
    /// The classes: a folder's number in this list is its pictures' target, and one without a folder has no picture. Null for the
    /// folders that are there, in ordinal order; give validation pictures that are loaded apart those of the training pictures.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>What is subtracted and divided by. A backbone's own is in <see cref="BackboneArchitecture.Normalization"/>.</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>
    /// What is done to training pictures at random, one after the other; nothing by default. Pictures are from 0 to 1 there, and are
    /// normalized after all of them but those of <see cref="Augmentation.IsAfterNormalization"/>. Validation pictures are never changed.
    /// </summary>
    /// <example><code>Augment = [Augmentations.RandomResizedCrop(), Augmentations.HorizontalFlip()]</code></example>
    public IReadOnlyList<Augmentation> Augment { get; init; } = [];

    /// <summary>The share of each class that is kept for validation, where the folder is not split already.</summary>
    public double ValidationSplit { get; init; } = 0.2;

    /// <summary>What the choice of the validation pictures is derived from.</summary>
    public int Seed { get; init; }
}
