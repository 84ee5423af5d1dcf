using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// PNG and JPEG files in a folder for each class, as <c>cats/1.jpg</c>, <c>dogs/1.png</c>. A sample's input is the
/// picture, of shape [3, size, size], normalized; its target is the index of its class, of shape [] and type Int64.
/// </summary>
/// <remarks>Classes are numbered in the ordinal order of their names, files read in the ordinal order of their paths.</remarks>
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

    private ImageFolder(IReadOnlyList<string> classes, IReadOnlyList<Picture> pictures, ImageFolderOptions options, bool augmented)
    {
        Classes = classes;
        this.pictures = pictures;
        this.options = options;
        this.augmented = augmented;
    }

    /// <summary>The names of the classes: the names of their folders.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public int Count => pictures.Count;

    /// <summary>Finds the pictures of all classes in one folder. Nothing is read yet.</summary>
    /// <exception cref="FineTuneException">
    /// The folder is missing, has no class or only one, or a class has no picture; the sentence names the path.
    /// </exception>
    public static ImageFolder Load(string directory, ImageFolderOptions? options = null)
    {
        (var classes, var pictures) = Find(directory);
        return new ImageFolder(classes, pictures, options ?? new(), augmented: true);
    }

    /// <summary>
    /// Finds the training and the validation pictures below a folder: in its <c>train</c> and <c>validation</c>
    /// folders if it has them, else the share <see cref="ImageFolderOptions.ValidationSplit"/> of each class is
    /// picked for validation, the same for the same <see cref="ImageFolderOptions.Seed"/>.
    /// </summary>
    /// <exception cref="FineTuneException">
    /// As <see cref="Load"/>; or only one of the two folders is there, or their classes differ, or a class has too few
    /// pictures to be split.
    /// </exception>
    public static (ImageFolder Train, ImageFolder Validation) LoadSplit(string root, ImageFolderOptions? options = null)
    {
        options ??= new();
        string train = Path.Combine(root, "train"), validation = Path.Combine(root, "validation");
        bool hasTrain = Directory.Exists(train), hasValidation = Directory.Exists(validation);
        if (hasTrain != hasValidation)
        {
            throw new FineTuneException(
                $"'{root}' has a folder '{(hasTrain ? "train" : "validation")}' but no '{(hasTrain ? "validation" : "train")}'; "
                    + "expected both, or the classes directly in it.");
        }

        if (!hasTrain)
        {
            return Split(root, options);
        }

        (var classes, var pictures) = Find(train);
        (var validationClasses, var validationPictures) = Find(validation);
        if (!classes.SequenceEqual(validationClasses))
        {
            throw new FineTuneException(
                $"'{train}' has the classes {string.Join(", ", classes)}, but '{validation}' has "
                    + $"{string.Join(", ", validationClasses)}; both need the same.");
        }

        return (new(classes, pictures, options, augmented: true), new(classes, validationPictures, options, augmented: false));
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

    /// <summary>The path of the picture.</summary>
    public string Describe(int index) => $"'{pictures[index].Path}'";

    private static (ImageFolder Train, ImageFolder Validation) Split(string root, ImageFolderOptions options)
    {
        (var classes, var pictures) = Find(root);
        var random = new Random(options.Seed);
        var train = new List<Picture>();
        var validation = new List<Picture>();
        foreach (var group in pictures.GroupBy(picture => picture.Class))
        {
            Picture[] shuffled = [.. group];
            if (shuffled.Length < 2)
            {
                throw new FineTuneException(
                    $"'{Path.Combine(root, classes[group.Key])}' has one picture only; at least 2 are needed to split them into "
                        + "training and validation.");
            }

            var kept = ClassifiedSubset.Pick(shuffled, options.ValidationSplit, random);
            validation.AddRange(shuffled[..kept].OrderBy(picture => picture.Path, StringComparer.Ordinal));
            train.AddRange(shuffled[kept..].OrderBy(picture => picture.Path, StringComparer.Ordinal));
        }

        return (new(classes, train, options, augmented: true), new(classes, validation, options, augmented: false));
    }

    private static (string[] Classes, Picture[] Pictures) Find(string directory)
    {
        if (File.Exists(directory))
        {
            throw new FineTuneException($"'{directory}' is a file; expected a folder with one folder of pictures for each class.");
        }

        if (!Directory.Exists(directory))
        {
            throw new FineTuneException(
                $"The folder '{directory}' does not exist; expected a folder with one folder of pictures for each class.");
        }

        string[] classes =
        [
            .. Directory
                .EnumerateDirectories(directory)
                .Select(path => Path.GetFileName(path))
                .Where(name => !name.StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];
        if (classes.Length == 0)
        {
            throw new FineTuneException($"'{directory}' has no folders in it; expected one folder of pictures for each class.");
        }

        var pictures = new List<Picture>();
        for (var i = 0; i < classes.Length; i++)
        {
            var folder = Path.Combine(directory, classes[i]);
            string[] files =
            [
                .. Directory
                    .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(PictureFile.HasPictureName)
                    .Order(StringComparer.Ordinal),
            ];
            if (files.Length == 0)
            {
                throw new FineTuneException(
                    $"The class folder '{folder}' has no picture in it; expected files that end in .png, .jpg or .jpeg.");
            }

            var label = i;
            pictures.AddRange(files.Select(file => new Picture(file, label)));
        }

        if (classes.Length == 1)
        {
            throw new FineTuneException($"'{directory}' has one class only, '{classes[0]}'; at least 2 are needed to tell apart.");
        }

        return (classes, [.. pictures]);
    }

    private Tensor Decode(string path)
    {
        var size = options.ImageSize;
        try
        {
            (var pixels, var height, var width) = PictureFile.Read(path);
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

    private readonly record struct Picture(string Path, long Class);
}
