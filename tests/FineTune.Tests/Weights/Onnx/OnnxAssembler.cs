using System.Runtime.InteropServices;
using System.Text;

namespace FineTune.Tests;

/// <summary>
/// Writes ONNX models byte by byte, valid ones and others. The numbers are those of the format's own description, and not
/// the reader's.
/// </summary>
internal static class OnnxAssembler
{
    public const int Floats = 1, Longs = 7;

    public static byte[] Varint(long number)
    {
        var bytes = new List<byte>();
        var left = (ulong)number;
        for (; left > 0x7F; left >>= 7)
        {
            bytes.Add((byte)(left | 0x80));
        }

        bytes.Add((byte)left);
        return [.. bytes];
    }

    public static byte[] Field(int field, long number) => [.. Varint(field << 3), .. Varint(number)];

    public static byte[] Field(int field, params byte[][] content)
    {
        byte[] joined = [.. content.SelectMany(part => part)];
        return [.. Varint((field << 3) | 2), .. Varint(joined.Length), .. joined];
    }

    public static byte[] Field(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Field(int field, float number) => [.. Varint((field << 3) | 5), .. BitConverter.GetBytes(number)];

    /// <summary>A model of a graph: the version of the format, the writer, the operators, and the graph last.</summary>
    public static byte[] Model(params byte[][] graph) =>
        [.. Field(1, 8), .. Field(2, "test"), .. Field(8, Field(2, 17)), .. Field(7, graph)];

    public static byte[] Initializer(params byte[][] tensor) => Field(5, tensor);

    /// <summary>A tensor of floats whose elements are its raw data: 1, 2, 3, … from a first one on.</summary>
    public static byte[] Weight(string name, long[] shape, float first = 1)
    {
        float[] elements = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => first + i)];
        return Initializer(Described(name, Floats, shape), Field(9, MemoryMarshal.AsBytes<float>(elements).ToArray()));
    }

    /// <summary>The start of a tensor: its shape, its type, its name.</summary>
    public static byte[] Described(string name, int type, params long[] shape) =>
        [.. shape.SelectMany(size => Field(1, size)), .. Field(2, type), .. Field(8, name)];

    public static byte[] Node(string kind, string[] inputs, string[] outputs, params byte[][] attributes) =>
        Field(
            1,
            [
                .. inputs.Select(input => Field(1, input)),
                .. outputs.Select(output => Field(2, output)),
                Field(4, kind),
                .. attributes.Select(attribute => Field(5, attribute)),
            ]);

    public static byte[] Output(string name) => Field(12, Field(1, name));

    public static byte[] Attribute(string name, long number) => [.. Field(1, name), .. Field(3, number), .. Field(20, 2)];

    public static byte[] Attribute(string name, float number) => [.. Field(1, name), .. Field(2, number), .. Field(20, 1)];

    public static byte[] Attribute(string name, params long[] numbers) =>
        [.. Field(1, name), .. numbers.SelectMany(number => Field(8, number)), .. Field(20, 7)];

    /// <summary>What a Constant node is.</summary>
    public static byte[] Value(params byte[][] tensor) => [.. Field(1, "value"), .. Field(5, tensor), .. Field(20, 4)];

    /// <summary>Where a tensor lies in another file.</summary>
    public static byte[] Outside(string location, string? offset = null, string? length = null) =>
    [
        .. Field(13, Field(1, "location"), Field(2, location)),
        .. offset is null ? [] : Field(13, Field(1, "offset"), Field(2, offset)),
        .. length is null ? [] : Field(13, Field(1, "length"), Field(2, length)),
        .. Field(14, 1),
    ];

    /// <summary>A small model with all kinds of everything, for damaging.</summary>
    public static byte[] Whole() => Model(
        Node("Constant", [], ["shape"], Value(Described("", Longs, 2), Field(7, [.. Varint(-1), .. Varint(4)]))),
        Node("Conv", ["x", "conv.weight", "conv.bias"], ["c"], Attribute("strides", 1, 1)),
        Node("BatchNormalization", ["c", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"], ["b"], Attribute("epsilon", 1e-5f)),
        Node("Reshape", ["b", "shape"], ["r"]),
        Node("Transpose", ["packed"], ["t"], Attribute("perm", 1, 0)),
        Node("MatMul", ["r", "t"], ["m"]),
        Node("Add", ["fc.bias", "m"], ["y"]),
        Node("Identity", ["bn.bias"], ["other.bias"]),
        Weight("conv.weight", [2, 1, 3, 3]),
        Weight("conv.bias", [2]),
        Weight("bn.weight", [2]),
        Weight("bn.bias", [2]),
        Initializer(Described("bn.running_mean", Floats, 2), Field(4, 1f), Field(4, 2f)),
        Initializer(Described("bn.running_var", 11, 2), Field(10, [.. BitConverter.GetBytes(1d), .. BitConverter.GetBytes(2d)])),
        Initializer(Described("packed", 10, 3, 4), Field(5, [.. Enumerable.Range(0, 12).SelectMany(i => Varint(0x3C00 + i))])),
        Initializer(Described("fc.bias", 6, 3), Field(5, 1), Field(5, -2), Field(5, 3)),
        Initializer(Described("counted", 9, 2), Field(5, Varint(1), Varint(0))),
        Field(11, Field(1, "x")),
        Output("y"));
}
