using System.Text.Json;

namespace FineTune.Weights;

/// <summary>
/// The index of weights that are spread over several safetensors files, such as <c>model.safetensors.index.json</c>:
/// which tensor is in which file beside it.
/// </summary>
internal static class SafeTensorsIndex
{
    private const int LongestIndex = 64 << 20;

    /// <returns>The names of the tensors by the path of their file.</returns>
    /// <exception cref="WeightsFileException">The index is damaged.</exception>
    public static IReadOnlyDictionary<string, HashSet<string>> Read(MappedFile file)
    {
        if (file.Length > LongestIndex)
        {
            throw Error(file, $"it has {file.Length} bytes, more than the {LongestIndex} allowed");
        }

        var shards = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        try
        {
            using var document = JsonDocument.Parse(
                file.Span(0, (int)file.Length).ToArray(),
                new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object)
            {
                throw Error(file, "it has no object 'weight_map'");
            }

            foreach (var entry in map.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String)
                {
                    throw Error(file, $"the file of '{entry.Name}' is not a string");
                }

                var name = entry.Value.GetString()!;
                if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
                {
                    throw Error(file, $"'{entry.Name}' is said to be in '{name}', which is not the name of a file beside it");
                }

                var path = Path.Combine(folder, name);
                if (!shards.TryGetValue(path, out var names))
                {
                    shards[path] = names = [];
                }

                names.Add(entry.Name);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Error(file, $"it is not valid JSON ({exception.Message})");
        }

        return shards.Count > 0 ? shards : throw Error(file, "its 'weight_map' is empty");
    }

    private static WeightsFileException Error(MappedFile file, string what) =>
        new($"'{file.Path}' is not a valid index of safetensors files: {what}.");
}
