using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace FineTune.Weights;

/// <summary>The form before PyTorch 1.6: five pickles in a row, then the elements of each storage after their count.</summary>
internal static class PyTorchLegacy
{
    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);

    // The start of a pickle of protocol 2 that holds the magic number.
    private static ReadOnlySpan<byte> Start => [0x80, 0x02, 0x8A, 0x0A];

    public static bool Is(ReadOnlySpan<byte> start) => start.StartsWith(Start);

    /// <exception cref="WeightsFileException">The file is damaged, or holds something else than a state dict.</exception>
    public static Dictionary<string, StoredTensor> Read(MappedFile file) => PyTorchFile.Read(file, () =>
    {
        long position = 0;
        if (!(Next().Value is BigInteger magic && magic == Magic))
        {
            throw new PickleException("it does not start with PyTorch's magic number");
        }

        if (Next().Value is not 1001L)
        {
            throw new PickleException("it is not of the protocol 1001");
        }

        CheckByteOrder(Next().Value);
        var content = Next();
        var tensors = StateDictionary.Find(content.Value);
        if (Next().Value is not PickleList keys)
        {
            throw new PickleException("the list of its storages is missing");
        }

        return PyTorchFile.Place(file, tensors, Positions(file, position, keys, content.Storages));

        Pickle Next()
        {
            var pickle = Unpickler.Read(file.Span(position, (int)Math.Min(PyTorchFile.LongestPickle, file.Length - position)));
            position += pickle.Length;
            return pickle;
        }
    });

    // After the pickles, in the order of the last one: the count of elements, and the elements.
    private static Dictionary<string, long> Positions(
        MappedFile file,
        long position,
        PickleList keys,
        IReadOnlyDictionary<string, PickleStorage> storages)
    {
        var positions = new Dictionary<string, long>();
        foreach (var item in keys.Items)
        {
            if (item is not string key || !storages.TryGetValue(key, out var storage))
            {
                throw new PickleException("the list of its storages names one that it does not use");
            }

            if (file.Length - position < 8)
            {
                throw new PickleException($"storage {key} is missing; it is truncated");
            }

            var count = BinaryPrimitives.ReadInt64LittleEndian(file.Span(position, 8));
            if (count != storage.Count)
            {
                throw new PickleException($"storage {key} has {count} elements instead of {storage.Count}");
            }

            position += 8;
            var length = PyTorchFile.LengthOf(storage);
            if (length > file.Length - position)
            {
                throw new PickleException($"storage {key} reaches beyond the end of the file; it is truncated");
            }

            if (!positions.TryAdd(key, position))
            {
                throw new PickleException($"storage {key} is in it twice");
            }

            position += length;
        }

        return position == file.Length ? positions : throw new PickleException($"{file.Length - position} bytes follow its last storage");
    }

    private static void CheckByteOrder(object? system)
    {
        if (system is not PickleDictionary information || information.Items.Find(item => item.Key is "little_endian").Value is not true)
        {
            throw new PickleException("it was written on a big-endian machine; save it again on a little-endian one");
        }
    }
}
