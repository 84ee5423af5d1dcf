using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>Reads the description of a tensor: its elements stay where they lie.</summary>
/// <seealso href="https://onnx.ai/onnx/api/classes.html#tensorproto"/>
internal static class OnnxTensor
{
    private const int HighestRank = 64;

    private static readonly Dictionary<long, (string Name, ScalarType? Type)> Types = new()
    {
        [1] = ("FLOAT", ScalarType.Float32),
        [2] = ("UINT8", ScalarType.Byte),
        [3] = ("INT8", ScalarType.Int8),
        [4] = ("UINT16", null),
        [5] = ("INT16", ScalarType.Int16),
        [6] = ("INT32", ScalarType.Int32),
        [7] = ("INT64", ScalarType.Int64),
        [8] = ("STRING", null),
        [9] = ("BOOL", ScalarType.Bool),
        [10] = ("FLOAT16", ScalarType.Float16),
        [11] = ("DOUBLE", ScalarType.Float64),
        [12] = ("UINT32", null),
        [13] = ("UINT64", null),
        [14] = ("COMPLEX64", ScalarType.ComplexFloat32),
        [15] = ("COMPLEX128", ScalarType.ComplexFloat64),
        [16] = ("BFLOAT16", ScalarType.BFloat16),
        [17] = ("FLOAT8E4M3FN", null),
        [18] = ("FLOAT8E4M3FNUZ", null),
        [19] = ("FLOAT8E5M2", null),
        [20] = ("FLOAT8E5M2FNUZ", null),
        [21] = ("UINT4", null),
        [22] = ("INT4", null),
        [23] = ("FLOAT4E2M1", null),
        [24] = ("FLOAT8E8M0", null),
    };

    private static readonly int[] ElementFields =
    [
        OnnxFields.Tensor.Floats,
        OnnxFields.Tensor.Int32s,
        OnnxFields.Tensor.Strings,
        OnnxFields.Tensor.Int64s,
        OnnxFields.Tensor.Doubles,
        OnnxFields.Tensor.UInt64s,
    ];

    /// <param name="message">The message.</param>
    /// <param name="name">Its name, if not the one in the message: that of the constant which it is.</param>
    /// <param name="external">The files beside this one.</param>
    /// <exception cref="WeightsFileException">It is damaged, or of a type that no tensor has here.</exception>
    public static StoredTensor Read(ProtobufMessage message, string? name, OnnxExternalData external)
    {
        var file = message.File;
        var dimensions = new List<long>();
        var fields = new HashSet<int>();
        var location = new Dictionary<string, string>();
        long dataType = 0, dataLocation = 0;
        (long Position, long Length)? raw = null;
        var all = message;
        while (message.Next())
        {
            switch (message.Field)
            {
                case OnnxFields.Tensor.Dimensions:
                    message.AddIntegers(dimensions, HighestRank, "the dimensions of a tensor");
                    break;
                case OnnxFields.Tensor.DataType:
                    dataType = message.Integer();
                    break;
                case OnnxFields.Tensor.Name:
                    name ??= message.Text();
                    break;
                case OnnxFields.Tensor.RawData when raw is null && message.IsBytes:
                    raw = (message.ValuePosition, message.ValueLength);
                    break;
                case OnnxFields.Tensor.RawData:
                    throw OnnxFile.Error(file, "a tensor has its raw data twice, or as a number");
                case OnnxFields.Tensor.ExternalData:
                    message.Message().AddEntryTo(location, "about where a tensor lies");
                    break;
                case OnnxFields.Tensor.DataLocation:
                    dataLocation = message.Integer();
                    break;
                case OnnxFields.Tensor.Segment:
                    throw OnnxFile.Error(file, "a tensor is stored in segments, which nothing writes");
                default:
                    if (ElementFields.Contains(message.Field))
                    {
                        fields.Add(message.Field);
                    }

                    break;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            throw OnnxFile.Error(file, "a tensor has no name");
        }

        var type = TypeOf(file, name, dataType);
        var size = Size(file, name, dimensions, type);
        long[] shape = [.. dimensions];
        if (dataLocation != 0)
        {
            if (raw is not null || fields.Count > 0)
            {
                throw OnnxFile.Error(file, $"'{name}' has elements here and in another file");
            }

            var (outside, position) = external.Find(name, location, size);
            return new StoredTensor(outside, name, type, shape, position);
        }

        if (raw is { } bytes)
        {
            return fields.Count > 0
                ? throw OnnxFile.Error(file, $"'{name}' has its elements twice")
                : bytes.Length == size
                    ? new StoredTensor(file, name, type, shape, bytes.Position)
                    : throw OnnxFile.Error(file, $"'{name}' has {bytes.Length} bytes, and its shape and type take {size}");
        }

        var expected = OnnxNumbers.FieldOf(type);
        if (fields.Any(field => field != expected))
        {
            throw OnnxFile.Error(file, $"'{name}' is of type {Types[dataType].Name} and has elements of another");
        }

        var numbers = new OnnxNumbers(all, expected, type, name);
        var length = numbers.Length();
        return length == size
            ? new StoredTensor(file, name, type, shape, 0, elements: numbers)
            : throw OnnxFile.Error(file, $"'{name}' has elements of {length} bytes, and its shape and type take {size}");
    }

    private static ScalarType TypeOf(MappedFile file, string name, long dataType)
    {
        if (!Types.TryGetValue(dataType, out var type))
        {
            throw OnnxFile.Error(file, $"'{name}' is of an unknown type, {dataType}");
        }

        return type.Type ?? throw new WeightsFileException(
            $"'{name}' in '{file.Path}' is of type {type.Name}, which no tensor has here; export the model with another.");
    }

    private static long Size(MappedFile file, string name, List<long> dimensions, ScalarType type)
    {
        // With a size of zero, the others may not overflow either: they are multiplied first.
        long size = ElementSize.Of(type);
        try
        {
            foreach (var dimension in dimensions)
            {
                if (dimension < 0)
                {
                    throw OnnxFile.Error(file, $"'{name}' has a dimension of {dimension}");
                }

                size = checked(size * Math.Max(dimension, 1));
            }
        }
        catch (OverflowException)
        {
            throw OnnxFile.Error(file, $"the size of '{name}' overflows");
        }

        return dimensions.Contains(0) ? 0 : size;
    }
}
