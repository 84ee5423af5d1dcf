using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace FineTune.Weights;

/// <summary>
/// The description at the start of a safetensors file, read strictly: 8 bytes of length, JSON of that length, then
/// the elements of all tensors, without holes or overlaps, to the last byte of the file.
/// </summary>
/// <seealso href="https://github.com/huggingface/safetensors#format"/>
internal sealed class SafeTensorsHeader
{
    /// <summary>The name that stands among those of the tensors, for what the writer said about the file.</summary>
    public const string Metadata = "__metadata__";

    // Bounds on what is read before anything is known about the file. The first is the format's own.
    private const ulong LongestHeader = 100_000_000;
    private const int MostTensors = 65_536;
    private const int HighestRank = 64;

    private readonly MappedFile file;
    private readonly Dictionary<string, Entry> entries = [];
    private Dictionary<string, string>? metadata;

    private SafeTensorsHeader(MappedFile file) => this.file = file;

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> FileMetadata => metadata ?? [];

    /// <summary>Whether a file that starts so has a header after its length, as far as one can see.</summary>
    public static bool IsLikely(ReadOnlySpan<byte> start) => start.Length > 8 && start[8] == '{';

    /// <exception cref="WeightsFileException">The file breaks a rule of the format.</exception>
    public static SafeTensorsHeader Read(MappedFile file)
    {
        var header = new SafeTensorsHeader(file);
        var json = header.Json();
        try
        {
            header.ReadEntries(json);
        }
        catch (JsonException exception)
        {
            throw header.Error($"its header is not valid JSON ({exception.Message})");
        }

        header.PlaceTensors(dataStart: 8 + json.Length);
        return header;
    }

    private ReadOnlySpan<byte> Json()
    {
        if (file.Length < 8)
        {
            throw Error($"it has {file.Length} bytes, and the length of the header alone takes 8");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, 8));
        if (length > LongestHeader)
        {
            throw Error($"its first 8 bytes announce a header of {length} bytes, more than the {LongestHeader} allowed");
        }

        if ((long)length > file.Length - 8)
        {
            throw Error($"its first 8 bytes announce a header of {length} bytes, but only {file.Length - 8} follow");
        }

        var json = file.Span(8, (int)length);
        return Utf8.IsValid(json) ? json : throw Error("its header is not valid UTF-8");
    }

    private void ReadEntries(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Error("its header is not a JSON object");
        }

        while (NextProperty(ref reader) is { } name)
        {
            if (name == Metadata)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                ReadEntry(ref reader, name);
            }
        }

        // Throws if anything but white space follows.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (metadata is not null)
        {
            throw Error("'__metadata__' stands in its header twice");
        }

        metadata = [];
        Expect(ref reader, JsonTokenType.StartObject, "'__metadata__' is not an object");
        while (NextProperty(ref reader) is { } name)
        {
            Expect(ref reader, JsonTokenType.String, $"'{name}' in '__metadata__' is not a string");
            if (!metadata.TryAdd(name, Text(ref reader)))
            {
                throw Error($"'{name}' stands in '__metadata__' twice");
            }
        }
    }

    private void ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"the description of '{name}' is not an object");
        while (NextProperty(ref reader) is { } property)
        {
            switch (property)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, $"the dtype of '{name}' is not a string");
                    type = Text(ref reader);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, property);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, property);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Error($"'{property}' of '{name}' is given twice");
                default:
                    throw Error($"the description of '{name}' has an unknown property '{property}'");
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            throw Error($"the description of '{name}' lacks {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        }

        if (offsets.Length != 2)
        {
            throw Error($"the data_offsets of '{name}' are {offsets.Length} numbers instead of 2");
        }

        var known = SafeTensorsType.Named(type) ?? throw Error($"'{name}' has an unknown dtype, {type}");
        CheckSize(name, known, shape, offsets);
        if (!entries.TryAdd(name, new Entry(known, shape, offsets[0], offsets[1])))
        {
            throw Error($"'{name}' stands in its header twice");
        }

        if (entries.Count > MostTensors)
        {
            throw Error($"its header describes more than the {MostTensors} tensors allowed");
        }
    }

    private void CheckSize(string name, SafeTensorsType type, long[] shape, long[] offsets)
    {
        long bits;
        try
        {
            bits = shape.Aggregate((long)type.Bits, (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            throw Error($"the size of '{name}', of shape [{string.Join(", ", shape)}], overflows");
        }

        if (offsets[1] < offsets[0])
        {
            throw Error($"the data of '{name}' ends at {offsets[1]}, before it begins at {offsets[0]}");
        }

        if (bits % 8 != 0 || offsets[1] - offsets[0] != bits / 8)
        {
            throw Error(
                $"'{name}', {type.Name} of shape [{string.Join(", ", shape)}], takes {(bits + 7) / 8} bytes, but its data_offsets "
                    + $"span {offsets[1] - offsets[0]}");
        }
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string property)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"the {property} of '{name}' is not an array");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out var number))
            {
                throw Error($"the {property} of '{name}' has something in it that is not a whole number from 0 to 2^64 - 1");
            }

            if (number > long.MaxValue)
            {
                throw Error($"the {property} of '{name}' has a number in it, {number}, that overflows");
            }

            if (numbers.Count == HighestRank)
            {
                throw Error($"the {property} of '{name}' has more than {HighestRank} numbers");
            }

            numbers.Add((long)number);
        }

        return [.. numbers];
    }

    private void PlaceTensors(long dataStart)
    {
        var tensors = new Dictionary<string, StoredTensor>(entries.Count);
        long end = 0;
        foreach ((var name, var entry) in entries.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (entry.Begin != end)
            {
                throw Error(
                    $"the data of '{name}' begins at {entry.Begin}, but the data before it ends at {end}; neither holes nor overlaps "
                        + "are allowed");
            }

            end = entry.End;
            if (entry.Type.Type is not { } type)
            {
                throw Error($"'{name}' is of type {entry.Type.Name}, which cannot be held as a tensor here");
            }

            if (end > file.Length - dataStart)
            {
                throw Error(
                    $"the data of '{name}' ends at {end}, but the file has {file.Length - dataStart} bytes of data; it is truncated");
            }

            tensors[name] = new StoredTensor(file, name, type, entry.Shape, dataStart + entry.Begin);
        }

        if (end != file.Length - dataStart)
        {
            throw Error($"its tensors take {end} bytes, but the file has {file.Length - dataStart} bytes of data");
        }

        Tensors = tensors;
    }

    private string? NextProperty(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? Text(ref reader) : null;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string otherwise)
    {
        reader.Read();
        if (reader.TokenType != type)
        {
            throw Error(otherwise);
        }
    }

    private string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("a string in its header has half of a surrogate pair in it");
        }
    }

    private WeightsFileException Error(string what) => new($"'{file.Path}' is not a valid safetensors file: {what}.");

    private readonly record struct Entry(SafeTensorsType Type, long[] Shape, long Begin, long End);
}
