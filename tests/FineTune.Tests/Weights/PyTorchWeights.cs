using System.IO.Compression;
using TorchSharp;

namespace FineTune.Tests;

/// <summary>Writes a state dict as <c>torch.save</c> does: a zip archive of a pickle and of the elements.</summary>
internal static class PyTorchWeights
{
    /// <param name="path">Where to.</param>
    /// <param name="tensors">Of type Float32 or Int64, contiguous.</param>
    public static void Write(string path, IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        var pickle = new PickleAssembler().OrderedDictionary().Mark();
        foreach (((var name, var tensor), var key) in tensors.Select((pair, key) => (pair, key)))
        {
            var storage = tensor.dtype == torch.ScalarType.Int64 ? "LongStorage" : "FloatStorage";
            pickle.Text(name)
                .Global("torch._utils", "_rebuild_tensor_v2").Mark()
                .Mark().Text("storage").Global("torch", storage).Text($"{key}").Text("cpu").Number(tensor.numel()).Raw('t').Raw('Q')
                .Number(0).Numbers(tensor.shape).Numbers(tensor.stride()).Raw(0x89).OrderedDictionary().Raw('t').Raw('R');
            Add(archive, $"data/{key}", tensor.bytes);
        }

        Add(archive, "data.pkl", pickle.Raw('u').Stop());
        Add(archive, "version", "3\n"u8);
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        using var record = archive.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
        record.Write(content);
    }
}
