using System.Globalization;

namespace FineTune.Weights;

/// <summary>
/// The files that an ONNX file has its large tensors in. They lie in its folder or below; a place outside of it is refused,
/// whatever the file says.
/// </summary>
/// <param name="file">The ONNX file.</param>
/// <param name="opened">The files that are open, those of a later call included.</param>
/// <seealso href="https://onnx.ai/onnx/repo-docs/ExternalData.html"/>
internal sealed class OnnxExternalData(MappedFile file, List<MappedFile> opened)
{
    private readonly Dictionary<string, MappedFile> files = [];

    /// <summary>Where the elements of a tensor lie.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="entries">What the file says about the place.</param>
    /// <param name="size">The bytes that the tensor takes.</param>
    /// <exception cref="WeightsFileException">They lie nowhere, or outside of the folder, or not all in the file.</exception>
    public (MappedFile File, long Position) Find(string name, Dictionary<string, string> entries, long size)
    {
        var location = entries.GetValueOrDefault("location", "");
        var outside = Open(name, location);
        var offset = Number(name, entries, "offset") ?? 0;
        var length = Number(name, entries, "length") ?? size;
        if (length != size)
        {
            throw OnnxFile.Error(file, $"'{name}' has {length} bytes in '{location}', and its shape and type take {size}");
        }

        return offset <= outside.Length - length
            ? (outside, offset)
            : throw OnnxFile.Error(
                file,
                $"'{name}' takes {length} bytes from {offset} on in '{location}', which has {outside.Length}; it is truncated");
    }

    private MappedFile Open(string name, string location)
    {
        if (files.TryGetValue(location, out var known))
        {
            return known;
        }

        // Both kinds of separator on every system: what is refused on one is refused on all.
        var parts = location.Split('/', '\\');
        if (location.Length == 0 || location.Contains(':') || location.Contains('\0') || parts.Any(part => part is "" or ".."))
        {
            throw OnnxFile.Error(
                file,
                $"'{name}' lies in '{location}'; expected the name of a file in the same folder, without '..' or a drive");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        var path = Path.Combine([folder, .. parts]);
        for (var part = path; part != folder; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                throw OnnxFile.Error(file, $"'{name}' lies in '{location}', which is a link; put the file itself in its place");
            }
        }

        var outside = new MappedFile(path);
        opened.Add(outside);
        files.Add(location, outside);
        return outside;
    }

    private long? Number(string name, Dictionary<string, string> entries, string key) =>
        !entries.TryGetValue(key, out var text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw OnnxFile.Error(file, $"the {key} of '{name}' is '{text}'; expected a number");
}
