using System.Buffers;
using System.IO.Hashing;

namespace FineTune.Weights;

/// <summary>
/// A record of a zip archive. Its checksum is compared once, at the latest when its bytes are first copied: on their way
/// if all of them are, so that they are read only once.
/// </summary>
/// <param name="file">The archive.</param>
/// <param name="name">Its name there.</param>
/// <param name="position">Where its bytes begin in the archive.</param>
/// <param name="length">How many they are.</param>
/// <param name="checksum">What they should have; 0 says that the writer did not compute it.</param>
internal sealed class ZipRecord(MappedFile file, string name, long position, long length, uint checksum)
{
    // What was just copied is still in the processor's cache when its checksum is computed.
    private const int LongestChunk = 512 << 10;

    private volatile bool isVerified = checksum == 0;

    public long Position => position;

    public long Length => length;

    /// <exception cref="WeightsFileException">The checksum is wrong.</exception>
    public void Verify()
    {
        if (isVerified)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, LongestChunk));
        try
        {
            var found = new Crc32();
            for (long done = 0; done < length;)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(LongestChunk, length - done));
                CopyChunk(position + done, chunk, found);
                done += chunk.Length;
            }

            Accept(found);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies a part of its bytes.</summary>
    /// <param name="start">Where the part begins in the archive.</param>
    /// <param name="destination">Where to; it holds nothing of use if this throws.</param>
    /// <exception cref="WeightsFileException">The checksum is wrong.</exception>
    public void CopyTo(long start, Span<byte> destination)
    {
        if (isVerified || destination.Length != length)
        {
            Verify();
            file.CopyTo(start, destination);
            return;
        }

        var found = new Crc32();
        while (destination.Length > 0)
        {
            var chunk = destination[..Math.Min(LongestChunk, destination.Length)];
            CopyChunk(start, chunk, found);
            start += chunk.Length;
            destination = destination[chunk.Length..];
        }

        Accept(found);
    }

    private void CopyChunk(long start, Span<byte> chunk, Crc32 found)
    {
        file.CopyTo(start, chunk);
        found.Append(chunk);
    }

    private void Accept(Crc32 found)
    {
        if (found.GetCurrentHashAsUInt32() != checksum)
        {
            throw new WeightsFileException($"'{file.Path}' is not a valid PyTorch file: the checksum of '{name}' is wrong.");
        }

        isVerified = true;
    }
}
