using static TorchSharp.torch;

namespace TorchSharp.Tensors;

/// <summary>
/// TorchSharp's own binary form of a tensor: type, number of dimensions and sizes as LEB128 numbers, then the elements
/// as they lie in memory.
/// </summary>
internal static class TensorFormat
{
    public static void Write(BinaryWriter writer, Tensor tensor)
    {
        using var plain = tensor.detach().cpu().contiguous();
        writer.WriteCompact((int)tensor.dtype);
        writer.WriteCompact(tensor.dim());
        foreach (long size in tensor.shape)
            writer.WriteCompact(size);
        writer.Flush();
        writer.BaseStream.Write(plain.bytes);
    }

    public static Tensor Read(BinaryReader reader)
    {
        var (type, shape) = ReadHeader(reader);
        var tensor = empty(shape, type);
        ReadElements(reader, tensor);
        return tensor;
    }

    /// <exception cref="ArgumentException">The tensor in the stream has another type or shape.</exception>
    public static void ReadInto(BinaryReader reader, Tensor tensor)
    {
        var (type, shape) = ReadHeader(reader);
        if (type != tensor.dtype)
            throw new ArgumentException("Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        if (!shape.AsSpan().SequenceEqual(tensor.shape))
            throw new ArgumentException("Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        using var read = empty(shape, type);
        ReadElements(reader, read);
        using (no_grad())
            tensor.copy_(read);
    }

    public static void Skip(BinaryReader reader)
    {
        var (type, shape) = ReadHeader(reader);
        long left = shape.TotalSize() * type.ElementSize();
        var buffer = new byte[Math.Min(left, 1 << 16)];
        for (; left > 0; left -= Math.Min(left, buffer.Length))
            reader.BaseStream.ReadExactly(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
    }

    public static void WriteCompact(this BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    public static long ReadCompact(this BinaryReader reader) => reader.Read7BitEncodedInt64();

    private static (ScalarType Type, long[] Shape) ReadHeader(BinaryReader reader)
    {
        var type = (ScalarType)reader.ReadCompact();
        var shape = new long[reader.ReadCompact()];
        for (int i = 0; i < shape.Length; ++i)
            shape[i] = reader.ReadCompact();
        return (type, shape);
    }

    private static void ReadElements(BinaryReader reader, Tensor tensor) => reader.BaseStream.ReadExactly(tensor.bytes);
}
