using FineTune.Data;

namespace FineTune.Vision;

/// <summary>Finds the pictures in a folder for each class, and what else lies there.</summary>
internal sealed class PictureFolder
{
    // Of archives' and operating systems' own making; names that begin with a dot are hidden besides.
    private static readonly HashSet<string> NoSamples = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini", "@eaDir", "#recycle", "$RECYCLE.BIN",
        "System Volume Information", "lost+found",
    };

    private readonly Dictionary<string, (string Path, string Class)> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> walked;
    private readonly string root;
    private readonly SortedDictionary<string, int> leftOut = new(StringComparer.OrdinalIgnoreCase);

    private PictureFolder(string directory, IReadOnlyList<string>? stated)
    {
        var folders = Folders(directory);
        if (folders.Count == 0)
        {
            throw new FineTuneException($"'{directory}' has no folders in it; expected one folder of pictures for each class.");
        }

        ThrowIfUnknown(directory, folders, stated);
        Classes = stated ?? folders;
        CountLeftOut(Directory.EnumerateFiles(directory).Where(IsVisible));
        if (stated is null)
        {
            ThrowIfAlike(directory, folders);
        }

        // What lies in them is of one class, whatever links lead there from others.
        root = RealPath(directory);
        walked = new(folders.Select(folder => RealPath(Path.Combine(directory, folder))), StringComparer.Ordinal);
        if (walked.Count < folders.Count)
        {
            throw new FineTuneException($"Two of the class folders in '{directory}' are links to the same folder.");
        }

        var pictures = new List<Picture>();
        for (var i = 0; i < Classes.Count; i++)
        {
            var folder = Path.Combine(directory, Classes[i]);
            List<string> files = Directory.Exists(folder)
                ? [.. Walk(folder, RealPath(folder), Classes[i]).Order(StringComparer.Ordinal)] : [];
            if (files.Count == 0 && stated is null)
            {
                throw new FineTuneException(
                    $"The class folder '{folder}' has no picture in it; expected files that end in {PictureFile.Extensions}."
                        + (leftOut.Count == 0 ? "" : $" {Remark}"));
            }

            pictures.AddRange(files.Select(file => new Picture(file, i)));
        }

        if (Classes.Count == 1)
        {
            throw new FineTuneException($"'{directory}' has one class only, '{Classes[0]}'; at least 2 are needed to tell apart.");
        }

        if (pictures.Count == 0)
        {
            throw new FineTuneException($"'{directory}' has no picture of any of the classes {ClassNames.Listed(Classes)}.");
        }

        Pictures = [.. pictures];
    }

    // All pictures below a folder, of no class.
    private PictureFolder(string directory)
    {
        root = RealPath(directory);
        walked = [root];
        Classes = [];
        Pictures = [.. Walk(directory, root, "").Order(StringComparer.Ordinal).Select(file => new Picture(file, 0))];
        if (Pictures.Length == 0)
        {
            throw new FineTuneException(
                $"The folder '{directory}' has no picture in it; expected files that end in {PictureFile.Extensions}."
                    + (leftOut.Count == 0 ? "" : $" {Remark}"));
        }
    }

    public IReadOnlyList<string> Classes { get; }

    public Picture[] Pictures { get; } = [];

    /// <summary>The files that are no pictures, by the end of their names.</summary>
    public IReadOnlyDictionary<string, int> LeftOut => leftOut;

    /// <summary>The same in words; null where there are none.</summary>
    public string? Remark
    {
        get
        {
            var count = leftOut.Values.Sum();
            return count == 0
                ? null
                : $"{count} file{(count == 1 ? "" : "s")} left out: "
                    + $"{string.Join(", ", leftOut.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}.";
        }
    }

    /// <param name="directory">A folder with one for each class.</param>
    /// <param name="stated">The classes, where they are not those that the folder has.</param>
    public static PictureFolder Find(string directory, IReadOnlyList<string>? stated)
    {
        ThrowUnlessFolder(directory);
        return Read(directory, () => new PictureFolder(directory, stated));
    }

    /// <summary>Finds all pictures below a folder, whatever folders they lie in there.</summary>
    public static PictureFolder FindUnlabelled(string directory)
    {
        ThrowUnlessFolder(directory, "pictures");
        return Read(directory, () => new PictureFolder(directory));
    }

    private static PictureFolder Read(string directory, Func<PictureFolder> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FineTuneException($"The folder '{directory}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <exception cref="FineTuneException">It is a file, or is not there.</exception>
    public static void ThrowUnlessFolder(string directory, string with = "one folder of pictures for each class")
    {
        if (File.Exists(directory))
        {
            throw new FineTuneException($"'{directory}' is a file; expected a folder with {with}.");
        }

        if (!Directory.Exists(directory))
        {
            throw new FineTuneException($"The folder '{directory}' does not exist; expected a folder with {with}.");
        }
    }

    /// <summary>The names of the folders that may hold samples, in ordinal order.</summary>
    public static List<string> Folders(string directory) =>
        [.. Directory.EnumerateDirectories(directory).Where(IsVisible)
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static bool IsVisible(string path)
    {
        var name = Path.GetFileName(path);
        return !name.StartsWith('.') && !NoSamples.Contains(name)
            && !(OperatingSystem.IsWindows() && (File.GetAttributes(path) & (FileAttributes.Hidden | FileAttributes.System)) != 0);
    }

    private static void ThrowIfUnknown(string directory, List<string> folders, IReadOnlyList<string>? stated)
    {
        if (stated is not null && folders.Except(stated).FirstOrDefault() is { } unknown)
        {
            throw new FineTuneException(
                $"'{directory}' has a folder '{unknown}', which is none of the classes that were stated: {ClassNames.Listed(stated)}.");
        }
    }

    // Two levels of classes, or splits that have names of their own.
    private static void ThrowIfAlike(string directory, List<string> folders)
    {
        var below = folders.ConvertAll(folder => Folders(Path.Combine(directory, folder)));
        if (folders.Count > 1 && below[0].Count > 1 && below.TrueForAll(names => names.SequenceEqual(below[0])))
        {
            throw new FineTuneException(
                $"The folders {ClassNames.Listed(folders)} in '{directory}' all hold the same folders, "
                    + $"{ClassNames.Listed(below[0])}: these "
                    + "look like the classes, and the ones above like parts of the data. Load one of the parts, or state the classes in "
                    + "ImageFolderOptions.Classes if they are these.");
        }
    }

    // By where files really lie: a link may lead to what is there already, or back above itself.
    private IEnumerable<string> Walk(string directory, string real, string className)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(directory).Where(IsVisible).Order(StringComparer.Ordinal))
        {
            var isLink = (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0;
            var lies = isLink ? RealPath(path) : Path.Combine(real, Path.GetFileName(path));
            if (Directory.Exists(path))
            {
                if (IsBelow(root, lies) || !walked.Add(lies))
                {
                    continue;
                }

                foreach (var file in Walk(path, lies, className))
                {
                    yield return file;
                }
            }
            else if (!PictureFile.HasPictureName(path))
            {
                CountLeftOut([path]);
            }
            else if (found.TryAdd(lies, (path, className)))
            {
                yield return path;
            }
            else if (found[lies].Class != className)
            {
                throw new FineTuneException($"'{found[lies].Path}' and '{path}' are one picture, of two classes; a picture is of "
                    + $"one class.");
            }
        }
    }

    private static bool IsBelow(string path, string folder) =>
        $"{path}{Path.DirectorySeparatorChar}".StartsWith(
            $"{folder.TrimEnd(Path.DirectorySeparatorChar)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private void CountLeftOut(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            var extension = Path.GetExtension(file).ToLowerInvariant();
            var kind = extension.Length == 0 ? "without an extension"
                : PictureFile.HasPictureName(file) ? $"{extension} outside of the class folders"
                : extension;
            leftOut[kind] = leftOut.GetValueOrDefault(kind) + 1;
        }
    }

    private static string RealPath(string path)
    {
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        var parts = Path.GetFullPath(path)[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts)
        {
            real = Path.Combine(real, part);
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (entry.LinkTarget is not null && TargetOf(entry) is { } target)
            {
                real = RealPath(target);
            }
        }

        return real;
    }

    // Null for a link in a circle, which leads nowhere.
    private static string? TargetOf(FileSystemInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
