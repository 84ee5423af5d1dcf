using FineTune.Data;

namespace FineTune.Vision;

/// <summary>A picture that was found, and the number of its class.</summary>
internal readonly record struct Picture(string Path, long Class)
{
    /// <summary>A hash of pictures' paths, sizes, times of change and classes, and of how they are read.</summary>
    public static string Identity(string kind, IEnumerable<Picture> pictures, PicturePreprocessing preprocessing, string augment)
    {
        var identity = new Fingerprint(kind);
        identity.Add((ulong)preprocessing.ImageSize);
        identity.Add($"upright {preprocessing.ApplyOrientation}, on {preprocessing.Background}");
        identity.Add(preprocessing.Normalization.Identity);
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
