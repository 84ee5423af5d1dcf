using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>A picture that was found, and the number of its class.</summary>
internal readonly record struct Picture(string Path, long Class)
{
    /// <summary>What a model is shown of it.</summary>
    /// <exception cref="DamagedSampleException">It cannot be read, or decoded.</exception>
    public Tensor Read(ImageFolderOptions options, IReadOnlyList<Augmentation> augment, Random random)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DamagedSampleException($"'{Path}' cannot be read: {exception.Message}", exception);
        }

        return PicturePreprocessing.Of(file, Path, options, augment, random);
    }

    /// <summary>A hash of pictures' paths, sizes, times of change and classes, and of how they are read.</summary>
    public static string Identity(string kind, IEnumerable<Picture> pictures, ImageFolderOptions options, string augment)
    {
        var identity = new Fingerprint(kind);
        identity.Add((ulong)options.ImageSize);
        identity.Add($"upright {options.ApplyOrientation}, on {options.Background}");
        identity.Add(options.Normalization.Identity);
        identity.Add(augment);
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
