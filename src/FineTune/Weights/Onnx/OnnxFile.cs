namespace FineTune.Weights;

/// <summary>
/// Reads the weights of an ONNX model: where they lie, and how its graph uses them.
/// </summary>
/// <seealso href="https://onnx.ai/onnx/repo-docs/IR.html"/>
internal static class OnnxFile
{
    private const int HighestVersion = 32;

    /// <summary>Whether a file is one, by its name, or by a version of the format and the tag of another of a model's fields.</summary>
    public static bool Is(string path, ReadOnlySpan<byte> start) =>
        path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
        || (!SafeTensorsHeader.IsLikely(start)
            && start.Length > 2
            && start[0] == 0x08
            && start[1] is > 0 and <= HighestVersion
            && start[2] is 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42 or 0x72);

    /// <summary>Reads the description of its weights and its graph.</summary>
    /// <param name="file">The file that it is, or that it lies in.</param>
    /// <param name="position">Where it begins there.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="opened">Receives the files that it has its tensors in.</param>
    /// <exception cref="WeightsFileException">It is damaged, or something else.</exception>
    public static OnnxWeights Read(MappedFile file, long position, long length, List<MappedFile> opened)
    {
        var message = new ProtobufMessage(file, position, length);
        StoredGraph? graph = null;
        var hasOperators = false;
        var metadata = new Dictionary<string, string>();
        while (message.Next())
        {
            switch (message.Field)
            {
                case OnnxFields.Model.Graph when graph is not null:
                    throw Error(file, "it has two graphs");
                case OnnxFields.Model.Graph:
                    graph = StoredGraph.Read(message.Message(), new OnnxExternalData(file, opened));
                    break;
                case OnnxFields.Model.OpsetImport:
                    hasOperators = true;
                    break;
                case OnnxFields.Model.Metadata:
                    message.Message().AddEntryTo(metadata, "about the file");
                    break;
            }
        }

        return graph is null ? throw Error(file, "it has no graph")
            : hasOperators ? new OnnxWeights(file, graph, metadata)
            : throw Error(file, "it does not say which operators it is written for; it is truncated");
    }

    public static WeightsFileException Error(MappedFile file, string what) => new($"'{file.Path}' is not a valid ONNX file: {what}.");
}
