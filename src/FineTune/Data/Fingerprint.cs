using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FineTune.Data;

/// <summary>A hash of several values in order, each with its length, so that no two lists of values run together.</summary>
internal sealed class Fingerprint
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="kind">What the values are; fingerprints of different kinds differ.</param>
    public Fingerprint(string kind) => Add(kind);

    public void Add(string text)
    {
        Add((ulong)text.Length);
        hash.AppendData(Encoding.Unicode.GetBytes(text));
    }

    public void Add(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    /// <summary>The hash so far, in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexString(hash.GetCurrentHash()).ToLowerInvariant();
}
