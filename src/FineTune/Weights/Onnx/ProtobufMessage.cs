using System.Text;

namespace FineTune.Weights;

/// <summary>
/// A message in protobuf's wire format, read field by field where it lies in a mapped file. A field that is not asked
/// for is passed over, however long it is.
/// </summary>
/// <seealso href="https://protobuf.dev/programming-guides/encoding/"/>
internal struct ProtobufMessage
{
    private const int LongestText = 4_096;
    private const int VarintType = 0, Fixed64Type = 1, BytesType = 2, Fixed32Type = 5;

    private readonly long end;
    private long position;
    private int wireType;
    private ulong number;

    /// <param name="file">Where it lies.</param>
    /// <param name="position">Where it begins.</param>
    /// <param name="length">Its bytes.</param>
    public ProtobufMessage(MappedFile file, long position, long length)
    {
        File = file;
        this.position = position;
        end = position + length;
    }

    public MappedFile File { get; }

    /// <summary>The number of the field at hand.</summary>
    public int Field { get; private set; }

    /// <summary>Where the field's bytes lie.</summary>
    public long ValuePosition { get; private set; }

    /// <summary>How many they are.</summary>
    public long ValueLength { get; private set; }

    /// <summary>Whether the field is bytes, text, a message or packed numbers, rather than a number.</summary>
    public readonly bool IsBytes => wireType == BytesType;

    /// <summary>Whether the field is a whole number of as many bytes as it needs.</summary>
    public readonly bool IsVarint => wireType == VarintType;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => position == end;

    /// <summary>Goes to the next field.</summary>
    /// <returns>False if there is none.</returns>
    /// <exception cref="WeightsFileException">What follows is no field, or does not end within the message.</exception>
    public bool Next()
    {
        if (IsAtEnd)
        {
            return false;
        }

        var tag = ReadVarint();
        (Field, wireType) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        if (Field is 0 or > 0x1FFFFFFF)
        {
            throw OnnxFile.Error(File, $"no field has the number {tag >> 3}");
        }

        ValuePosition = position;
        switch (wireType)
        {
            case VarintType:
                number = ReadVarint();
                break;
            case Fixed64Type:
                Take(8);
                break;
            case BytesType:
                Take(ReadVarint());
                break;
            case Fixed32Type:
                Take(4);
                break;
            default:
                throw OnnxFile.Error(File, $"a field is of the type {wireType}, which messages of ONNX do not have");
        }

        return true;
    }

    /// <summary>The field's whole number.</summary>
    public readonly long Integer() => wireType == VarintType ? (long)number : throw WrongType("a number");

    /// <summary>The field's number of 4 bytes.</summary>
    public readonly float Float() => wireType == Fixed32Type
        ? BitConverter.ToSingle(File.Span(ValuePosition, 4))
        : throw WrongType("a number of 4 bytes");

    /// <summary>The field's message, or its packed numbers.</summary>
    public readonly ProtobufMessage Message() =>
        IsBytes ? new(File, ValuePosition, ValueLength) : throw WrongType("a message");

    /// <summary>The field's text.</summary>
    /// <exception cref="WeightsFileException">It is too long, or not UTF-8.</exception>
    public readonly string Text()
    {
        if (!IsBytes)
        {
            throw WrongType("text");
        }

        if (ValueLength > LongestText)
        {
            throw OnnxFile.Error(File, $"a name takes {ValueLength} bytes, more than the {LongestText} allowed");
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.Span(ValuePosition, (int)ValueLength));
        }
        catch (DecoderFallbackException)
        {
            throw OnnxFile.Error(File, "a name is not valid UTF-8");
        }
    }

    /// <summary>The field's whole numbers, one of them or many that are packed.</summary>
    /// <exception cref="WeightsFileException">They are more than is allowed.</exception>
    public readonly void AddIntegers(List<long> integers, int most, string what)
    {
        var packed = IsBytes ? Message() : default;
        for (var isFirst = true; IsBytes ? !packed.IsAtEnd : isFirst; isFirst = false)
        {
            if (integers.Count == most)
            {
                throw OnnxFile.Error(File, $"{what} are more than the {most} allowed");
            }

            integers.Add(IsBytes ? (long)packed.ReadVarint() : Integer());
        }
    }

    /// <summary>Reads the message as a key and its value.</summary>
    /// <exception cref="WeightsFileException">The key is there already.</exception>
    public void AddEntryTo(Dictionary<string, string> entries, string about)
    {
        string key = "", value = "";
        while (Next())
        {
            switch (Field)
            {
                case OnnxFields.Entry.Key:
                    key = Text();
                    break;
                case OnnxFields.Entry.Value:
                    value = Text();
                    break;
            }
        }

        if (!entries.TryAdd(key, value))
        {
            throw OnnxFile.Error(File, $"something is said {about} twice, by '{key}'");
        }
    }

    /// <summary>A number, seven bits at a time, the lowest first, and the eighth set where more follow.</summary>
    /// <exception cref="WeightsFileException">It does not end within the message, or takes more than 64 bits.</exception>
    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (IsAtEnd)
            {
                throw OnnxFile.Error(File, "it ends in a number; it is truncated");
            }

            var part = File.Span(position++, 1)[0];
            if (shift == 63 && part > 1)
            {
                break;
            }

            value |= (ulong)(part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                return value;
            }
        }

        throw OnnxFile.Error(File, "a number takes more than 64 bits");
    }

    private void Take(ulong length)
    {
        if (length > (ulong)(end - position))
        {
            throw OnnxFile.Error(File, $"a field takes {length} bytes, but {end - position} are left; it is truncated");
        }

        (ValuePosition, ValueLength) = (position, (long)length);
        position += (long)length;
    }

    private readonly WeightsFileException WrongType(string expected) =>
        OnnxFile.Error(File, $"a field {Field} is not {expected}");
}
