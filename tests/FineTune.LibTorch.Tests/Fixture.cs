using System.Buffers.Binary;
using System.Text.Json;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests;

/// <summary>The tensors of a file that a script in <c>Fixtures/</c> has written with PyTorch, by name.</summary>
internal static class Fixture
{
    private static readonly Dictionary<string, ScalarType> Types = new()
    {
        ["F32"] = ScalarType.Float32,
        ["F64"] = ScalarType.Float64,
        ["F16"] = ScalarType.Float16,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    public static Dictionary<string, Tensor> Load(string name)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(Path.Combine(Repository.Fixtures, name));
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        ReadOnlySpan<byte> data = file[(8 + length)..];
        var tensors = new Dictionary<string, Tensor>();
        using JsonDocument header = JsonDocument.Parse(file[8..(8 + length)].ToArray());
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            int[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
            Tensor tensor = empty(shape, Types[entry.Value.GetProperty("dtype").GetString()!]);
            data[offsets[0]..offsets[1]].CopyTo(tensor.bytes);
            tensors.Add(entry.Name, tensor);
        }

        return tensors;
    }

    /// <summary>Whether two tensors have one shape and dtype, and elements that are equal up to a tolerance.</summary>
    public static bool IsClose(this Tensor actual, Tensor expected, double rtol, double atol) =>
        actual.dtype == expected.dtype && actual.shape.SequenceEqual(expected.shape) && actual.allclose(expected, rtol, atol, equal_nan: true);

    /// <summary>Whether two tensors are the same, bit for bit.</summary>
    public static bool IsSame(this Tensor actual, Tensor expected)
    {
        using Tensor left = actual.contiguous(), right = expected.contiguous();
        return left.dtype == right.dtype && left.shape.SequenceEqual(right.shape) && left.bytes.SequenceEqual(right.bytes);
    }
}
