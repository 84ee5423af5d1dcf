using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;

namespace FineTune.Weights;

/// <summary>
/// A record of a zip archive. Its checksum is compared once, at the latest when its bytes are first copied: on their way
/// if all of them are, so that they are read only once.
/// </summary>
/// <param name="file">The archive.</param>
/// <param name="name">Its name there.</param>
/// <param name="position">Where its bytes begin in the archive.</param>
/// <param name="packed">How many they are there.</param>
/// <param name="length">How many they are once inflated; as many, where they are stored.</param>
/// <param name="checksum">What they should have; 0 says that the writer did not compute it.</param>
/// <param name="isDeflated">Whether they have to be inflated, which is done anew each time.</param>
internal sealed class ZipRecord(
    MappedFile file, string name, long position, long packed, long length, uint checksum, bool isDeflated = false) : IStoredElements
{
    // What was just copied is still in the processor's cache when its checksum is computed.
    private const int LongestChunk = 512 << 10;

    private volatile bool isVerified = checksum == 0 && !isDeflated;

    public long Position => position;

    public long Length => length;

    public bool IsDeflated => isDeflated;

    /// <exception cref="WeightsFileException">The checksum is wrong.</exception>
    public void Verify()
    {
        if (isVerified)
        {
            return;
        }

        if (isDeflated)
        {
            Inflate(0, []);
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
        if (isDeflated)
        {
            Inflate(start - position, destination);
            return;
        }

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

    // From the beginning to the end, so that length and checksum are known; of the bytes, those that are asked for are kept.
    private void Inflate(long offset, Span<byte> destination)
    {
        var found = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent(LongestChunk);
        long done = 0;
        try
        {
            using var inflater = new DeflateStream(file.Open(position, packed), CompressionMode.Decompress);
            for (int count; (count = inflater.Read(buffer, 0, LongestChunk)) > 0; done += count)
            {
                if (count > length - done)
                {
                    throw Error($"'{name}' inflates to more than the {length} bytes that it declares");
                }

                var chunk = buffer.AsSpan(0, count);
                found.Append(chunk);
                var from = Math.Max(offset, done);
                var to = Math.Min(offset + destination.Length, done + count);
                if (from < to)
                {
                    chunk[(int)(from - done)..(int)(to - done)].CopyTo(destination[(int)(from - offset)..]);
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw Error($"'{name}' cannot be inflated: {exception.Message.TrimEnd('.')}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (done != length)
        {
            throw Error($"'{name}' inflates to {done} bytes instead of the {length} that it declares");
        }

        if (checksum != 0)
        {
            Accept(found);
        }

        isVerified = true;
    }

    private WeightsFileException Error(string what) => new($"'{file.Path}' is not a valid PyTorch file: {what}.");

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
