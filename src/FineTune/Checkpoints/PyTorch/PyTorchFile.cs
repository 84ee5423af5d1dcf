using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace FineTune.Checkpoints;

/// <summary>
/// Reads what <c>torch.save(model.state_dict(), …)</c> writes, in its zip form and in the older one of pickles in a row,
/// without running any of it.
/// </summary>
/// <seealso href="https://pytorch.org/docs/stable/notes/serialization.html"/>
internal static class PyTorchFile
{
    private const int LongestPickle = 64 << 20;
    private const int MostExpansion = 4;
    private const int OldestVersion = 1, NewestVersion = 10;

    private static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);

    // The start of a pickle of protocol 2 that holds the magic number.
    private static ReadOnlySpan<byte> LegacyStart => [0x80, 0x02, 0x8A, 0x0A];

    public static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8);

    public static bool IsLegacy(ReadOnlySpan<byte> start) => start.StartsWith(LegacyStart);

    /// <summary>Whether it is a tar archive, which the first versions of PyTorch wrote.</summary>
    public static bool IsTar(ReadOnlySpan<byte> start) => start.Length >= 262 && start[257..].StartsWith("ustar"u8);

    /// <exception cref="WeightsFileException">The file is damaged, or holds something else than a state dict.</exception>
    public static Dictionary<string, StoredTensor> ReadZip(MappedFile file)
    {
        var records = new ZipRecords(file);
        string[] pickles = [.. records.Names.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(character => character == '/') == 1)];
        if (pickles is not [string pickle])
            throw Error(file, $"it has {pickles.Length} records '<name>/data.pkl' instead of one");
        string prefix = pickle[..^"data.pkl".Length];
        if (records.Contains(prefix + "constants.pkl"))
            throw Error(file, "it is a TorchScript program, which would have to be run; save model.state_dict() instead");
        CheckVersion(file, records, prefix);
        return Read(file, () =>
        {
            Dictionary<string, PickleTensor> tensors = StateDictionary.Find(Unpickler.Read(records.Read(pickle, LongestPickle)).Value);
            var positions = new Dictionary<string, long>();
            var stored = new Dictionary<string, ZipRecord>();
            foreach (PickleStorage storage in tensors.Values.Select(tensor => tensor.Storage).Distinct())
            {
                ZipRecord record = stored[storage.Key] = records[$"{prefix}data/{storage.Key}"];
                if (record.Length != Length(storage))
                    throw new PickleException($"storage {storage.Key} has {record.Length} bytes instead of the {Length(storage)} of its {storage.Count} elements");
                positions[storage.Key] = record.Position;
            }

            return Place(file, tensors, positions, stored);
        });
    }

    /// <exception cref="WeightsFileException">The file is damaged, or holds something else than a state dict.</exception>
    public static Dictionary<string, StoredTensor> ReadLegacy(MappedFile file) => Read(file, () =>
    {
        long position = 0;
        if (!(Next().Value is BigInteger magic && magic == LegacyMagic))
            throw new PickleException("it does not start with PyTorch's magic number");
        if (Next().Value is not 1001L)
            throw new PickleException("it is not of the protocol 1001");
        CheckByteOrder(Next().Value);
        Pickle content = Next();
        Dictionary<string, PickleTensor> tensors = StateDictionary.Find(content.Value);
        if (Next().Value is not PickleList keys)
            throw new PickleException("the list of its storages is missing");
        return Place(file, tensors, LegacyPositions(file, position, keys, content.Storages));

        Pickle Next()
        {
            Pickle pickle = Unpickler.Read(file.Span(position, (int)Math.Min(LongestPickle, file.Length - position)));
            position += pickle.Length;
            return pickle;
        }
    });

    // After the pickles, in the order of the last one: the count of elements, and the elements.
    private static Dictionary<string, long> LegacyPositions(MappedFile file, long position, PickleList keys, IReadOnlyDictionary<string, PickleStorage> storages)
    {
        var positions = new Dictionary<string, long>();
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !storages.TryGetValue(key, out PickleStorage? storage))
                throw new PickleException("the list of its storages names one that it does not use");
            if (file.Length - position < 8)
                throw new PickleException($"storage {key} is missing; it is truncated");
            long count = BinaryPrimitives.ReadInt64LittleEndian(file.Span(position, 8));
            if (count != storage.Count)
                throw new PickleException($"storage {key} has {count} elements instead of {storage.Count}");
            position += 8;
            long length = Length(storage);
            if (length > file.Length - position)
                throw new PickleException($"storage {key} reaches beyond the end of the file; it is truncated");
            if (!positions.TryAdd(key, position))
                throw new PickleException($"storage {key} is in it twice");
            position += length;
        }

        return position == file.Length ? positions : throw new PickleException($"{file.Length - position} bytes follow its last storage");
    }

    private static Dictionary<string, StoredTensor> Place(MappedFile file, Dictionary<string, PickleTensor> tensors, Dictionary<string, long> positions, Dictionary<string, ZipRecord>? records = null)
    {
        var placed = new Dictionary<string, StoredTensor>(tensors.Count);
        foreach ((string name, (PickleStorage storage, long offset, long[] shape, long[] strides)) in tensors)
        {
            if (!positions.TryGetValue(storage.Key, out long position))
                throw new PickleException($"storage {storage.Key} of '{name}' is missing");
            if (shape.Aggregate(1L, (product, size) => product * size) * ElementSize.Of(storage.Type) > MostExpansion * file.Length)
                throw new PickleException($"'{name}' of shape [{string.Join(", ", shape)}] would take more than {MostExpansion} times the file");
            placed[name] = new StoredTensor(file, name, storage.Type, shape, position + offset * ElementSize.Of(storage.Type), strides, records?[storage.Key]);
        }

        return placed;
    }

    private static long Length(PickleStorage storage) => checked(storage.Count * ElementSize.Of(storage.Type));

    private static void CheckVersion(MappedFile file, ZipRecords records, string prefix)
    {
        string version = Encoding.UTF8.GetString(records.Read(prefix + "version", 100)).Trim();
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < OldestVersion or > NewestVersion)
            throw Error(file, $"its version is '{version}'; expected {OldestVersion} to {NewestVersion}");
        if (records.Contains(prefix + "byteorder") && !records.Read(prefix + "byteorder", 100).SequenceEqual("little"u8))
            throw Error(file, "it was written on a big-endian machine; save it again on a little-endian one");
    }

    private static void CheckByteOrder(object? system)
    {
        if (system is not PickleDictionary information || information.Items.Find(item => item.Key is "little_endian").Value is not true)
            throw new PickleException("it was written on a big-endian machine; save it again on a little-endian one");
    }

    private static Dictionary<string, StoredTensor> Read(MappedFile file, Func<Dictionary<string, StoredTensor>> read)
    {
        try
        {
            return read();
        }
        catch (PickleException exception)
        {
            throw Error(file, exception.Message);
        }
        catch (OverflowException)
        {
            throw Error(file, "the size of a storage overflows");
        }
    }

    private static WeightsFileException Error(MappedFile file, string what) => new($"'{file.Path}' is not a valid PyTorch file: {what}.");
}
