using System.Collections.Concurrent;
using System.Security.Cryptography;
using FineTune.Weights;

namespace FineTune;

/// <summary>Where the file of a pre-trained network comes from, and under which licences.</summary>
public sealed class PretrainedSource
{
    internal PretrainedSource()
    {
    }

    // Files that have been hashed by this process, as they were then.
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), bool> Verified = [];

    /// <summary>What the network is called in <see cref="Pretrained"/>.</summary>
    internal string Name { get; init; } = "";

    /// <summary>The NuGet package.</summary>
    public string Package { get; internal init; } = "";

    /// <summary>The version of the package.</summary>
    public string Version { get; internal init; } = "";

    /// <summary>The file in the package.</summary>
    public string Entry { get; internal init; } = "";

    /// <summary>The bytes of the file.</summary>
    public long Length { get; internal init; }

    /// <summary>The SHA-256 of the file, in small hexadecimal digits. It is compared before weights are read.</summary>
    public string Sha256 { get; internal init; } = "";

    /// <summary>The licence of the package, as SPDX spells it.</summary>
    public string PackageLicense { get; internal init; } = "";

    /// <summary>The licence that the network was published under, as SPDX spells it.</summary>
    public string ModelLicense { get; internal init; } = "";

    /// <summary>The line that brings the file, in an <c>ItemGroup</c> of the project file of the program.</summary>
    public string ProjectLine => $"<PackageDownload Include=\"{Package}\" Version=\"[{Version}]\" />";

    /// <summary>Where a build puts the file: in the folder <c>pretrained</c> beside the program.</summary>
    public string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "pretrained", System.IO.Path.GetFileName(Entry));

    /// <summary>Makes sure that a file is the one that was published.</summary>
    /// <exception cref="WeightsFileException">It is missing, or another.</exception>
    internal void Verify(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new WeightsFileException(
                $"The weights of Pretrained.{Name} are not in '{path}'. Add {ProjectLine} to an ItemGroup of the project file "
                    + "and build again; or state the path of the file, if it lies elsewhere.");
        }

        if (Verified.ContainsKey((file.FullName, file.LastWriteTimeUtc)))
        {
            return;
        }

        string hash;
        try
        {
            using var stream = file.OpenRead();
            hash = stream.Length == Length
                ? Convert.ToHexString(SHA256.HashData(stream))
                : $"not computed, as it has {stream.Length} bytes";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WeightsFileException($"The weights file '{path}' cannot be opened: {exception.Message}", exception);
        }

        if (!hash.Equals(Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new WeightsFileException(
                $"'{path}' is not {Entry} of {Package} {Version}, where the weights of Pretrained.{Name} are: its SHA-256 is {hash}; "
                    + $"expected {Sha256} of {Length} bytes. Delete it, and build again.");
        }

        Verified[(file.FullName, file.LastWriteTimeUtc)] = true;
    }
}
