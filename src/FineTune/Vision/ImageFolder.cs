using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// PNG, JPEG, WebP, BMP and GIF files (of a GIF the first frame) in a folder for each class, as <c>cats/1.jpg</c>, <c>dogs/1.png</c>.
/// A sample's input is the picture, of shape [3, size, size], normalized; its target is the index of its class, of shape [] and type
/// Int64.
/// </summary>
/// <remarks>
/// Classes are numbered in the ordinal order of their names, files read in the ordinal order of their paths, at any depth below their
/// class. Hidden files and those of operating systems are no samples, links are followed, and what lies there once counts once.
/// </remarks>
/// <example>
/// <code>
/// (ImageFolder train, ImageFolder validation) = ImageFolder.LoadSplit("pictures", new() { ImageSize = 224 });
/// </code>
/// </example>
public sealed class ImageFolder : IClassified
{
    private readonly IReadOnlyList<Picture> pictures;
    private readonly ImageFolderOptions options;
    private readonly bool augmented;

    private ImageFolder(PictureFolder folder, IReadOnlyList<Picture> pictures, ImageFolderOptions options, bool augmented)
    {
        Classes = folder.Classes;
        LeftOut = folder.LeftOut;
        Remark = folder.Remark;
        this.pictures = pictures;
        this.options = options;
        this.augmented = augmented;
    }

    /// <summary>The names of the classes: the names of their folders.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public int Count => pictures.Count;

    internal Normalization Normalization => options.Normalization;

    /// <summary>How many files below the folder are no pictures, by the end of their names.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; }

    /// <summary>What was left out, as <c>12 files left out: 9 .tif, 3 .txt.</c>; null where nothing was.</summary>
    public string? Remark { get; }

    /// <summary>Finds the pictures of all classes in one folder. Nothing is read yet.</summary>
    /// <exception cref="FineTuneException">
    /// The folder is missing, has no class or only one, or a class has no picture; or it holds parts such as <c>train</c> and
    /// <c>validation</c>, for which <see cref="LoadSplit"/> is. The sentence names the path.
    /// </exception>
    public static ImageFolder Load(string directory, ImageFolderOptions? options = null)
    {
        options ??= new();
        PictureFolder.ThrowUnlessFolder(directory);
        if (options.Classes is null && SplitFolders.In(directory) is { AreBoth: true } parts)
        {
            throw new FineTuneException(
                $"'{directory}' holds parts of the data, '{parts.Train}' and '{parts.Validation}', and not classes: call "
                    + $"ImageFolder.LoadSplit(\"{directory}\"), or Load for one of them. If these are classes, state them in "
                    + "ImageFolderOptions.Classes.");
        }

        var folder = PictureFolder.Find(directory, options.Classes);
        return new ImageFolder(folder, folder.Pictures, options, augmented: true);
    }

    /// <summary>
    /// Finds the training and the validation pictures below a folder: in its folders for them if it has them, else the share
    /// <see cref="ImageFolderOptions.ValidationSplit"/> of each class is picked for validation, the same for the same
    /// <see cref="ImageFolderOptions.Seed"/>.
    /// </summary>
    /// <remarks>
    /// Folders for them are <c>train</c>, <c>training</c> or <c>training_set</c>, and <c>validation</c>, <c>val</c>, <c>valid</c> or
    /// <c>validation_set</c>, in upper or lower case; where there is none of the latter, <c>test</c>, <c>testing</c> or <c>test_set</c>.
    /// </remarks>
    /// <exception cref="FineTuneException">
    /// As <see cref="Load"/>; or only one of the two folders is there, or their classes differ, or a class has too few
    /// pictures to be split.
    /// </exception>
    public static (ImageFolder Train, ImageFolder Validation) LoadSplit(string root, ImageFolderOptions? options = null)
    {
        options ??= new();
        PictureFolder.ThrowUnlessFolder(root);
        var parts = SplitFolders.In(root);
        if (parts.IsHalf)
        {
            throw new FineTuneException(
                $"'{root}' has a folder '{parts.Train ?? parts.Validation}' but no '{(parts.Train is null ? "train" : "validation")}'; "
                    + "expected both, or the classes directly in it.");
        }

        if (!parts.AreBoth)
        {
            return Split(root, options);
        }

        string train = Path.Combine(root, parts.Train!), validation = Path.Combine(root, parts.Validation!);
        var (training, validating) = (PictureFolder.Find(train, options.Classes), PictureFolder.Find(validation, options.Classes));
        if (!training.Classes.SequenceEqual(validating.Classes))
        {
            throw new FineTuneException(
                $"'{train}' has the classes {string.Join(", ", training.Classes)}, but '{validation}' has "
                    + $"{string.Join(", ", validating.Classes)}; both need the same.");
        }

        return (
            new(training, training.Pictures, options, augmented: true), new(validating, validating.Pictures, options, augmented: false));
    }

    /// <inheritdoc/>
    public Sample Read(int index, Random random)
    {
        var picture = pictures[index];
        var input = Decode(picture.Path);
        if (augmented && options.Augment is { } augment)
        {
            input = augment(input, random);
        }

        return new Sample(input, tensor(picture.Class));
    }

    /// <summary>
    /// A hash of all paths, sizes, times of change and classes, and of how pictures are read; null with
    /// <see cref="ImageFolderOptions.Augment"/>, which is code that nobody can compare.
    /// </summary>
    public string? Identity
    {
        get
        {
            if (augmented && options.Augment is not null)
            {
                return null;
            }

            var identity = new Fingerprint("pictures");
            identity.Add((ulong)options.ImageSize);
            identity.Add($"upright {options.ApplyOrientation}, on {options.Background}");
            foreach (var value in options.Normalization.Mean.Concat(options.Normalization.StandardDeviation))
            {
                identity.Add(BitConverter.SingleToUInt32Bits(value));
            }

            foreach (var picture in pictures)
            {
                var file = new FileInfo(picture.Path);
                identity.Add(file.FullName);
                identity.Add(file.Exists ? (ulong)file.Length : ulong.MaxValue);
                identity.Add(file.Exists ? (ulong)file.LastWriteTimeUtc.Ticks : 0);
                identity.Add((ulong)picture.Class);
            }

            return identity.ToString();
        }
    }

    /// <inheritdoc/>
    public int ClassOf(int index) => (int)pictures[index].Class;

    /// <summary>What was found: <c>120 pictures of 3 classes; 12 files left out: 9 .tif, 3 .txt.</c></summary>
    public override string ToString() =>
        $"{Count} picture{(Count == 1 ? "" : "s")} of {Classes.Count} classes{(Remark is null ? "." : $"; {Remark}")}";

    /// <summary>The path of the picture.</summary>
    public string Describe(int index) => $"'{pictures[index].Path}'";

    private static (ImageFolder Train, ImageFolder Validation) Split(string root, ImageFolderOptions options)
    {
        var folder = PictureFolder.Find(root, options.Classes);
        var random = new Random(options.Seed);
        var train = new List<Picture>();
        var validation = new List<Picture>();
        foreach (var group in folder.Pictures.GroupBy(picture => picture.Class))
        {
            Picture[] shuffled = [.. group];
            if (shuffled.Length < 2)
            {
                throw new FineTuneException(
                    $"'{Path.Combine(root, folder.Classes[(int)group.Key])}' has one picture only; at least 2 are needed to split "
                        + "them into training and validation.");
            }

            var kept = ClassifiedSubset.Pick(shuffled, options.ValidationSplit, random);
            validation.AddRange(shuffled[..kept].OrderBy(picture => picture.Path, StringComparer.Ordinal));
            train.AddRange(shuffled[kept..].OrderBy(picture => picture.Path, StringComparer.Ordinal));
        }

        return (new(folder, train, options, augmented: true), new(folder, validation, options, augmented: false));
    }

    private Tensor Decode(string path)
    {
        var size = options.ImageSize;
        try
        {
            (var pixels, var height, var width) = PictureFile.Read(path, options.ApplyOrientation, options.Background);
            var values = Resampling.Square(pixels, 3, height, width, size);
            Normalize(values);
            using var flat = tensor(values);
            return flat.reshape(3, size, size);
        }
        catch (Exception exception) when (exception is not FineTuneException)
        {
            throw new DamagedSampleException($"'{path}' cannot be decoded as a picture: {exception.Message}", exception);
        }
    }

    private void Normalize(float[] values)
    {
        var plane = options.ImageSize * options.ImageSize;
        for (var channel = 0; channel < 3; channel++)
        {
            var scale = 1 / (255 * options.Normalization.StandardDeviation[channel]);
            var shift = options.Normalization.Mean[channel] / options.Normalization.StandardDeviation[channel];
            foreach (ref var value in values.AsSpan(channel * plane, plane))
            {
                value = value * scale - shift;
            }
        }
    }
}
