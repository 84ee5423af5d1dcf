using System.Buffers.Binary;
using FineTune.Data;
using FineTune.Weights;
using Microsoft.Win32.SafeHandles;

namespace FineTune;

/// <summary>
/// The rows of consecutive samples in one file. It is written beside its place, and put there whole: so a file in that
/// place is complete, was written by somebody else, or is damaged, which its key, its length and the hash of each row tell.
/// </summary>
/// <remarks>
/// Layout, little-endian: eight bytes that say what it is; 32 bytes of key; first sample (int64); number of rows (int64);
/// bytes of a row (int64); a hash for each row, 0 where it is missing (uint64 each); a hash of all that (uint64); then,
/// from the next multiple of 4096 bytes on, the rows.
/// </remarks>
internal sealed class FeatureShard : IDisposable
{
    private const int Page = 4096;
    private const int HeaderStart = 8 + 32 + (3 * sizeof(long));

    private readonly string path;
    private readonly byte[] key;
    private readonly int first;
    private readonly int rowBytes;
    private readonly bool isPrivate;
    private readonly ulong[] hashes;
    private readonly bool[] verified;
    private MappedFile? published;
    private SafeFileHandle? working;
    private string? workingPath;

    /// <param name="path">The file's place.</param>
    /// <param name="key">What its rows follow from, 32 bytes.</param>
    /// <param name="first">Its first sample.</param>
    /// <param name="rows">How many it has.</param>
    /// <param name="rowBytes">The bytes of a sample.</param>
    /// <param name="isPrivate">Whether the file is never put in its place, and gone with its last handle.</param>
    public FeatureShard(string path, byte[] key, int first, int rows, int rowBytes, bool isPrivate)
    {
        this.path = path;
        this.key = key;
        this.first = first;
        this.rowBytes = rowBytes;
        this.isPrivate = isPrivate;
        hashes = new ulong[rows];
        verified = new bool[rows];
        Refresh();
    }

    private long DataStart => (HeaderStart + ((hashes.Length + 1L) * sizeof(ulong)) + Page - 1) / Page * Page;

    /// <summary>Whether a sample's row is there.</summary>
    public bool Has(int index) => hashes[index - first] != 0;

    /// <summary>Looks whether another process has put the file in its place.</summary>
    public void Refresh()
    {
        if (isPrivate || published is not null || working is not null || !File.Exists(path))
        {
            return;
        }

        try
        {
            published = new MappedFile(path);
            ReadHeader();
        }
        catch (Exception exception) when (exception is WeightsFileException or ArgumentOutOfRangeException)
        {
            // Of another key, cut short or overwritten: as if it were not there; the next one takes its place.
            published?.Dispose();
            published = null;
            Array.Clear(hashes);
        }
    }

    /// <summary>Keeps a sample's row.</summary>
    /// <exception cref="IOException">The disk is full, or the folder may not be written to.</exception>
    public void Write(int index, ReadOnlySpan<byte> row)
    {
        StartWriting();
        RandomAccess.Write(working!, row, Place(index));
        hashes[index - first] = HashOf(index, row);
        verified[index - first] = true;
        if (!isPrivate && !hashes.Contains(0UL))
        {
            Publish();
        }
    }

    /// <summary>
    /// Finds a sample's row, in mapped memory where it can; false where it turns out damaged, and is missing from then on.
    /// </summary>
    /// <param name="index">The sample.</param>
    /// <param name="buffer">Room for a row.</param>
    /// <param name="row">The row, until the next call of any method.</param>
    public bool TryRead(int index, byte[] buffer, out ReadOnlySpan<byte> row)
    {
        row = buffer;
        try
        {
            if (published is not null)
            {
                row = published.Span(Place(index), rowBytes);
            }
            else if (RandomAccess.Read(working!, buffer, Place(index)) != rowBytes)
            {
                hashes[index - first] = 0;
                return false;
            }
        }
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)
        {
            hashes[index - first] = 0;
            return false;
        }

        // Once is enough: what was whole when it was first read stays so in the memory that it is mapped to.
        if (!verified[index - first] && HashOf(index, row) != hashes[index - first])
        {
            hashes[index - first] = 0;
            return false;
        }

        verified[index - first] = true;
        return true;
    }

    /// <summary>Gives back the memory that rows were mapped to.</summary>
    public void GiveBack() => published?.GiveBack();

    /// <summary>Puts what is there in its place, even if rows are missing.</summary>
    /// <exception cref="IOException">The disk is full, or the folder may not be written to.</exception>
    public void Publish()
    {
        if (isPrivate || working is null)
        {
            return;
        }

        RandomAccess.Write(working, Header(), 0);
        RandomAccess.SetLength(working, DataStart + ((long)hashes.Length * rowBytes));
        RandomAccess.FlushToDisk(working);
        working.Dispose();
        working = null;
        File.Move(workingPath!, path, overwrite: true);
        published = new MappedFile(path);
    }

    public void Dispose()
    {
        published?.Dispose();
        published = null;
        if (working is null)
        {
            return;
        }

        working.Dispose();
        working = null;
        File.Delete(workingPath!);
    }

    private void StartWriting()
    {
        if (working is not null)
        {
            return;
        }

        workingPath = $"{path}.{Guid.NewGuid():N}{FeatureDisk.WorkingExtension}";
        working = File.OpenHandle(workingPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete,
            isPrivate && OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        if (isPrivate && !OperatingSystem.IsWindows())
        {
            // The file lives as long as its handle, whatever ends the process.
            File.Delete(workingPath);
        }

        var buffer = new byte[rowBytes];
        for (var index = first; published is not null && index < first + hashes.Length; index++)
        {
            if (Has(index) && TryRead(index, buffer, out var row))
            {
                RandomAccess.Write(working, row, Place(index));
            }
        }

        published?.Dispose();
        published = null;
    }

    private long Place(int index) => DataStart + ((long)(index - first) * rowBytes);

    // With the sample's number in it, so that rows cannot change places.
    private static ulong HashOf(int index, ReadOnlySpan<byte> row) => unchecked(TensorHash.Of(row) + ((ulong)index * 2)) | 1;

    private byte[] Header()
    {
        var header = new byte[HeaderStart + ((hashes.Length + 1) * sizeof(ulong))];
        "FTFEAT01"u8.CopyTo(header);
        key.CopyTo(header, 8);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), first);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), hashes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(56), rowBytes);
        for (var i = 0; i < hashes.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(HeaderStart + (i * sizeof(ulong))), hashes[i]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(
            header.AsSpan(header.Length - sizeof(ulong)),
            TensorHash.Of(header.AsSpan(0, header.Length - sizeof(ulong))));
        return header;
    }

    private void ReadHeader()
    {
        var expected = Header();
        var found = published!.Span(0, expected.Length);
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(found[^sizeof(ulong)..]);
        if (!found[..HeaderStart].SequenceEqual(expected.AsSpan(0, HeaderStart))
            || hash != TensorHash.Of(found[..^sizeof(ulong)])
            || published.Length != DataStart + ((long)hashes.Length * rowBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(path), path, "The file is not the shard that belongs here.");
        }

        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = BinaryPrimitives.ReadUInt64LittleEndian(found[(HeaderStart + (i * sizeof(ulong)))..]);
        }
    }
}
