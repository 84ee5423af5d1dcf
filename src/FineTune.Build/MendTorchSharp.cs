using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace FineTune.Build;

/// <summary>
/// Writes mended copies of those files of the TorchSharp package that need it. The package's own files are only read.
/// </summary>
public sealed class MendTorchSharp : Microsoft.Build.Utilities.Task
{
    // By file name: the edit of its content, which says whether it had anything to mend.
    private static readonly Dictionary<string, Func<byte[], bool>> Edits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["TorchSharp.dll"] = ArgumentLifetimes.Extend,
        ["libLibTorchSharp.so"] = CxxRuntimeVersion.Weaken,
    };

    /// <summary>Files of the TorchSharp package that the build takes into its output.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>Where the copies go; below the project's intermediate folder.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>
    /// The copies, with all metadata of the files they stand for; <c>OriginalItemSpec</c> names that file. Files that
    /// need no mending are not among them.
    /// </summary>
    [Output]
    public ITaskItem[] Mended { get; private set; } = [];

    /// <inheritdoc />
    public override bool Execute()
    {
        var mended = new List<ITaskItem>();
        foreach (var file in Files)
        {
            var name = Path.GetFileName(file.ItemSpec);
            if (!Edits.TryGetValue(name, out var edit))
            {
                continue;
            }

            try
            {
                var content = File.ReadAllBytes(file.ItemSpec);
                if (!edit(content))
                {
                    continue;
                }

                var path = Path.Combine(Folder, name);
                if (MendedFile.Write(path, content))
                {
                    Log.LogMessage(MessageImportance.Normal, "Mended '{0}' as '{1}'.", file.ItemSpec, path);
                }

                var copy = new TaskItem(path);
                file.CopyMetadataTo(copy);
                mended.Add(copy);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.LogErrorFromException(exception);
            }
        }

        Mended = [.. mended];
        return !Log.HasLoggedErrors;
    }
}
