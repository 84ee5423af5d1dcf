using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>
/// Named tensors in a file, or in several with an index. Opening reads and checks the description of all tensors;
/// their elements are read when asked for, and their checksum, where a file has any, compared then. Nothing in a file is
/// ever run.
/// </summary>
/// <example>
/// <code>
/// using var weights = WeightsFile.Open("resnet18.safetensors");
/// using Tensor kernel = weights.Tensors["conv1.weight"].Read();
/// </code>
/// </example>
public sealed class WeightsFile : IDisposable
{
    private static readonly string[] PyTorchExtensions = [".pt", ".pth", ".bin", ".ckpt"];

    private readonly List<MappedFile> files;
    private readonly OnnxWeights? onnx;

    private WeightsFile(
        List<MappedFile> files,
        IReadOnlyDictionary<string, StoredTensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        OnnxWeights? onnx = null)
    {
        this.files = files;
        this.onnx = onnx;
        Path = files[0].Path;
        Tensors = tensors;
        Metadata = metadata ?? new Dictionary<string, string>();
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>What the writer said about the file; empty if nothing, or if the format has no place for it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Opens a safetensors file, the index of several (a name that ends in <c>.json</c>), a PyTorch file (<c>.pt</c>,
    /// <c>.pth</c>, <c>.bin</c>, known by its content), an ONNX model (<c>.onnx</c>, known by its content, too) or a TorchSharp file (a
    /// name that ends in <c>.dat</c>).
    /// </summary>
    /// <exception cref="WeightsFileException">It is missing, damaged, or of another format.</exception>
    public static WeightsFile Open(string path)
    {
        var files = new List<MappedFile>();
        try
        {
            var file = new MappedFile(path);
            files.Add(file);
            var start = file.Span(0, (int)Math.Min(file.Length, 512));
            var isIndex = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
            if (OtherFile.Named(start) is { } other && !isIndex)
            {
                throw new WeightsFileException($"'{path}' {other}.");
            }

            if (PyTorchZip.Is(start))
            {
                return new(files, PyTorchZip.Read(file));
            }

            if (PyTorchLegacy.Is(start))
            {
                return new(files, PyTorchLegacy.Read(file));
            }

            if (PyTorchFile.IsTar(start))
            {
                throw new WeightsFileException(
                    $"'{path}' is a tar archive of PyTorch before 0.1.10; load it there and save it again: "
                        + "torch.save(torch.load(path), path).");
            }

            if (path.EndsWith(".dat", StringComparison.OrdinalIgnoreCase))
            {
                return new(files, TorchSharpFile.Read(file));
            }

            if (isIndex)
            {
                return new(files, ReadShards(file, files));
            }

            if (OnnxFile.Is(path, start))
            {
                return Onnx(files, 0, file.Length);
            }

            if (IsNamedAsPyTorch(path) && !SafeTensorsHeader.IsLikely(start))
            {
                throw new WeightsFileException(
                    $"'{path}' is not a valid PyTorch file: it starts neither as a zip archive nor as the pickles that torch.save "
                        + "wrote before.");
            }

            var header = SafeTensorsHeader.Read(file);
            return new(files, header.Tensors, header.FileMetadata);
        }
        catch
        {
            Close(files);
            throw;
        }
    }

    /// <summary>Opens an ONNX model that is a part of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">Where the model begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="WeightsFileException">It is missing or damaged.</exception>
    internal static WeightsFile OpenOnnx(string path, long position, long length)
    {
        var files = new List<MappedFile>();
        try
        {
            files.Add(new MappedFile(path));
            return Onnx(files, position, length);
        }
        catch
        {
            Close(files);
            throw;
        }
    }

    /// <summary>The tensors under the names of a model, as far as more is known about them than a name.</summary>
    /// <param name="targets">The model's tensors, in the order of its layers.</param>
    /// <exception cref="WeightsFileException">They are not as any model has them.</exception>
    internal NamedWeights For(IReadOnlyDictionary<string, Tensor> targets) => onnx?.For(targets) ?? new(Tensors);

    /// <summary>Makes sure that every tensor can be read, which those of PyTorch's zip files have checksums for.</summary>
    /// <exception cref="WeightsFileException">One cannot: its checksum is wrong, or it is too large.</exception>
    internal void Verify()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Verify();
        }
    }

    /// <summary>Closes the file; its tensors can no longer be read.</summary>
    public void Dispose() => Close(files);

    private static WeightsFile Onnx(List<MappedFile> files, long position, long length)
    {
        var onnx = OnnxFile.Read(files[0], position, length, files);
        return new(files, onnx.Tensors, onnx.Metadata, onnx);
    }

    private static Dictionary<string, StoredTensor> ReadShards(MappedFile index, List<MappedFile> files)
    {
        var tensors = new Dictionary<string, StoredTensor>();
        foreach ((var path, var names) in SafeTensorsIndex.Read(index))
        {
            var shard = new MappedFile(path);
            files.Add(shard);
            if (OtherFile.Named(shard.Span(0, (int)Math.Min(shard.Length, 512))) is { } other)
            {
                throw new WeightsFileException($"'{path}' {other}.");
            }

            var stored = SafeTensorsHeader.Read(shard).Tensors;
            if (!names.SetEquals(stored.Keys))
            {
                string[] missing = [.. names.Except(stored.Keys)], unexpected = [.. stored.Keys.Except(names)];
                throw new WeightsFileException(missing.Length > 0
                    ? $"'{path}' lacks what '{index.Path}' says is in it: {FirstFew.Of(missing)}."
                    : $"'{path}' has tensors that '{index.Path}' does not say are in it: {FirstFew.Of(unexpected)}.");
            }

            foreach ((var name, var tensor) in stored)
            {
                tensors.Add(name, tensor);
            }
        }

        return tensors;
    }

    private static bool IsNamedAsPyTorch(string path) =>
        PyTorchExtensions.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static void Close(List<MappedFile> files)
    {
        foreach (var file in files)
        {
            file.Dispose();
        }
    }
}
