using System.Buffers.Binary;
using System.Text;

namespace FineTune.Weights;

/// <summary>
/// Where the records of a zip archive lie in a mapped file. Read is what <c>torch.save</c> writes, stored records, and what others
/// make of it, deflated ones; none is encrypted, each there once, none over another.
/// </summary>
/// <remarks>.NET's own reader neither tells where records lie nor compares their checksums.</remarks>
/// <seealso href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT"/>
internal sealed class ZipRecords
{
    private const uint EndSignature = 0x06054B50, End64Signature = 0x06064B50, Locator64Signature = 0x07064B50;
    private const uint DirectorySignature = 0x02014B50, RecordSignature = 0x04034B50;
    private const int EndLength = 22, Locator64Length = 20, End64Length = 56, DirectoryLength = 46, RecordLength = 30;

    private const ushort Stored = 0, Deflated = 8;

    // The most that deflate can make of a byte, a little more than 1,032.
    private const int MostDeflated = 1_040;

    // Bounds on what is believed of a file before its records are looked at.
    private const int MostRecords = 200_000;
    private const int LargestDirectory = 64 << 20;

    private readonly MappedFile file;
    private readonly Dictionary<string, Entry> entries = [];

    /// <exception cref="WeightsFileException">The archive is damaged, or of a kind that torch.save does not write.</exception>
    public ZipRecords(MappedFile file)
    {
        this.file = file;
        (var start, var length, var count) = FindDirectory();
        if (length > LargestDirectory || count > MostRecords)
        {
            throw Error($"its directory of {count} records is larger than allowed");
        }

        if (start < 0 || start > file.Length - length)
        {
            throw Error("its directory lies outside the file");
        }

        ReadDirectory(file.Span(start, (int)length), count);
        CheckOverlaps(start);
    }

    public IEnumerable<string> Names => entries.Keys;

    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>The record of a name, whose checksum was not looked at yet.</summary>
    public ZipRecord this[string name]
    {
        get
        {
            var entry = entries.TryGetValue(name, out var found) ? found : throw Error($"it lacks the record '{name}'");
            if (entry.Method is not (Stored or Deflated))
            {
                throw Error($"'{name}' is compressed by method {entry.Method}; expected it stored or deflated");
            }

            if (entry.IsEncrypted)
            {
                throw Error($"'{name}' is encrypted");
            }

            return new ZipRecord(file, name, entry.Position, entry.Packed, entry.Length, entry.Checksum, entry.Method == Deflated);
        }
    }

    /// <summary>The bytes of a short record, once their checksum was found right.</summary>
    public ReadOnlySpan<byte> Read(string name, int longest)
    {
        var record = this[name];
        if (record.Length > longest)
        {
            throw Error($"'{name}' has {record.Length} bytes, more than the {longest} allowed");
        }

        if (record.IsDeflated)
        {
            var content = new byte[record.Length];
            record.CopyTo(record.Position, content);
            return content;
        }

        record.Verify();
        return file.Span(record.Position, (int)record.Length);
    }

    private (long Start, long Length, long Count) FindDirectory()
    {
        var tail = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        var bytes = file.Span(file.Length - tail, tail);
        for (var i = bytes.Length - EndLength; i >= 0; i--)
        {
            var end = bytes[i..];
            if (UInt32(end, 0) != EndSignature || UInt16(end, 20) != end.Length - EndLength)
            {
                continue;
            }

            var position = file.Length - end.Length;
            uint length = UInt32(end, 12), start = UInt32(end, 16);
            var count = UInt16(end, 10);
            return length == uint.MaxValue || start == uint.MaxValue || count == ushort.MaxValue
                ? FindDirectory64(position)
                : (start, length, count);
        }

        throw Error("its end is missing; it is truncated");
    }

    private (long Start, long Length, long Count) FindDirectory64(long end)
    {
        if (end < Locator64Length)
        {
            throw Error("its zip64 locator is missing");
        }

        var locator = file.Span(end - Locator64Length, Locator64Length);
        var position = Int64(locator, 8);
        if (UInt32(locator, 0) != Locator64Signature || position < 0 || position > file.Length - End64Length)
        {
            throw Error("its zip64 locator is damaged");
        }

        var end64 = file.Span(position, End64Length);
        if (UInt32(end64, 0) != End64Signature)
        {
            throw Error("its zip64 end is damaged");
        }

        return (Int64(end64, 48), Int64(end64, 40), Int64(end64, 32));
    }

    private void ReadDirectory(ReadOnlySpan<byte> directory, long count)
    {
        for (long i = 0; i < count; i++)
        {
            if (directory.Length < DirectoryLength || UInt32(directory, 0) != DirectorySignature)
            {
                throw Error("its directory is damaged");
            }

            int nameLength = UInt16(directory, 28), extraLength = UInt16(directory, 30), commentLength = UInt16(directory, 32);
            if (directory.Length < DirectoryLength + nameLength + extraLength + commentLength)
            {
                throw Error("its directory is damaged");
            }

            var nameBytes = directory.Slice(DirectoryLength, nameLength);
            var name = Encoding.UTF8.GetString(nameBytes);
            CheckName(name);
            long packed = UInt32(directory, 20), length = UInt32(directory, 24), header = UInt32(directory, 42);
            ReadExtra64(directory.Slice(DirectoryLength + nameLength, extraLength), ref length, ref packed, ref header);
            var method = UInt16(directory, 10);
            var encrypted = (UInt16(directory, 8) & 1) != 0;
            if (packed < 0 || length < 0 || (length != packed && method == Stored))
            {
                throw Error($"'{name}' is stored, but in {packed} bytes instead of {length}");
            }

            if (length / MostDeflated > packed)
            {
                throw Error($"'{name}' would be {length} bytes, more than {packed} deflated ones can become");
            }

            var entry = new Entry(header, Position(header, nameBytes, name), packed, length, UInt32(directory, 16), method, encrypted);
            if (packed > file.Length - entry.Position)
            {
                throw Error($"'{name}' reaches beyond the end of the file; it is truncated");
            }

            if (!entries.TryAdd(name, entry))
            {
                throw Error($"'{name}' is in it twice");
            }

            directory = directory[(DirectoryLength + nameLength + extraLength + commentLength)..];
        }

        if (!directory.IsEmpty)
        {
            throw Error("its directory has something after its last record");
        }
    }

    // Sizes that do not fit into 32 bits are all ones there, and stand in this order in an extra field of kind 1.
    private void ReadExtra64(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            int kind = UInt16(extra, 0), size = UInt16(extra, 2);
            if (size > extra.Length - 4)
            {
                throw Error("its directory is damaged");
            }

            var field = extra.Slice(4, size);
            extra = extra[(4 + size)..];
            if (kind != 1)
            {
                continue;
            }

            Take(ref field, ref length);
            Take(ref field, ref packed);
            Take(ref field, ref header);
        }

        void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue)
            {
                return;
            }

            if (field.Length < 8)
            {
                throw Error("its directory is damaged");
            }

            value = Int64(field, 0);
            field = field[8..];
        }
    }

    private void CheckName(string name)
    {
        if (name.StartsWith('/') || name.Contains('\\') || name.Split('/').Contains(".."))
        {
            throw Error($"the name '{name}' in it leads out of the archive");
        }
    }

    private long Position(long header, ReadOnlySpan<byte> name, string text)
    {
        if (header < 0 || header > file.Length - RecordLength)
        {
            throw Error($"'{text}' lies outside the file");
        }

        var record = file.Span(header, RecordLength);
        long start = header + RecordLength,
            position = start + UInt16(record, 26) + UInt16(record, 28);
        if (UInt32(record, 0) != RecordSignature
            || UInt16(record, 26) != name.Length
            || position > file.Length
            || !file.Span(start, name.Length).SequenceEqual(name))
        {
            throw Error($"'{text}' is not where the directory says");
        }

        return position;
    }

    private void CheckOverlaps(long directory)
    {
        long end = 0;
        foreach ((var name, var entry) in entries.OrderBy(pair => pair.Value.Header))
        {
            if (entry.Header < end)
            {
                throw Error($"'{name}' lies over another record");
            }

            end = entry.Position + entry.Packed;
        }

        if (end > directory)
        {
            throw Error("its directory lies over a record");
        }
    }

    private WeightsFileException Error(string what) => new($"'{file.Path}' is not a valid PyTorch file: {what}.");

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private readonly record struct Entry(
        long Header, long Position, long Packed, long Length, uint Checksum, ushort Method, bool IsEncrypted);
}
