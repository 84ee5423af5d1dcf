using FineTune.Data;

namespace FineTune.Vision;

/// <summary>
/// The pictures in a folder, of no class: what <see cref="ImageFolder.Unlabelled"/> finds, to predict. A sample's input is the picture, of
/// shape [3, size, size], normalized; it has no target, so nothing can be trained or evaluated on it.
/// </summary>
/// <remarks>They are read in the ordinal order of their paths, at any depth; what is left out is what <see cref="ImageFolder"/> leaves
/// out. One that is damaged is an error that names it.</remarks>
public sealed class UnlabelledImageFolder : IDataset
{
    private readonly IReadOnlyList<Picture> pictures;
    private readonly PicturePreprocessing preprocessing;

    internal UnlabelledImageFolder(PictureFolder folder, ImageFolderOptions options)
    {
        pictures = folder.Pictures;
        Files = [.. pictures.Select(picture => picture.Path)];
        LeftOut = folder.LeftOut;
        Remark = folder.Remark;
        preprocessing = PicturePreprocessing.Of(options);
    }

    /// <summary>The paths, in the order in which predictions come.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <inheritdoc/>
    public int Count => pictures.Count;

    /// <summary>How many files below the folder are no pictures, by the end of their names.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; }

    /// <summary>What was left out, as <c>12 files left out: 9 .tif, 3 .txt.</c>; null where nothing was.</summary>
    public string? Remark { get; }

    /// <summary>How pictures become tensors: a <see cref="PicturePreprocessing"/> of the options.</summary>
    public Preprocessing Preprocessing => preprocessing;

    /// <summary>A hash of all paths, sizes and times of change, and of how pictures are read.</summary>
    public string Identity => Picture.Identity("unlabelled pictures", pictures, preprocessing, "");

    /// <inheritdoc/>
    public Sample Read(int index, Random random) => new(preprocessing.Read(pictures[index].Path), []);

    /// <summary>The path of the picture.</summary>
    public string Describe(int index) => $"'{pictures[index].Path}'";

    /// <summary>What was found: <c>120 pictures; 12 files left out: 9 .tif, 3 .txt.</c></summary>
    public override string ToString() => $"{Count} picture{(Count == 1 ? "" : "s")}{(Remark is null ? "." : $"; {Remark}")}";
}
