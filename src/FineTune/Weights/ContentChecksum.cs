using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>SHA-256 over texts and tensors, which the safetensors format itself has none of.</summary>
internal sealed class ContentChecksum : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public void Add(string name, Tensor tensor)
    {
        Add($"{name} {tensor.dtype} [{string.Join(',', tensor.shape)}]");
        using var scope = NewDisposeScope();
        Add(tensor.detach().cpu().contiguous().bytes);
    }

    /// <summary>Tensors in the order of their names.</summary>
    public void Add(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var (name, tensor) in tensors.OrderBy(named => named.Key, StringComparer.Ordinal))
        {
            Add(name, tensor);
        }
    }

    /// <summary>The checksum of all that was added, in hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexString(hash.GetCurrentHash()).ToLowerInvariant();

    public void Dispose() => hash.Dispose();

    // Each part with its length, so that no two contents run together to the same bytes.
    private void Add(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
