using System.Buffers.Binary;
using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>
/// The elements of a tensor that are fields of its message: one after the other, or packed, in one field or in several. They are
/// decoded each time they are read.
/// </summary>
/// <param name="tensor">The tensor's message.</param>
/// <param name="number">The number of the fields.</param>
/// <param name="type">The type of the elements.</param>
/// <param name="name">The tensor's name.</param>
internal sealed class OnnxNumbers(ProtobufMessage tensor, int number, ScalarType type, string name) : IStoredElements
{
    // Those of 4 and 8 bytes lie there as they are in memory.
    private int FixedSize => number switch
    {
        OnnxFields.Tensor.Floats => 4,
        OnnxFields.Tensor.Doubles => 8,
        _ => 0,
    };

    /// <summary>Where a type has its elements if not in raw bytes.</summary>
    public static int FieldOf(ScalarType type) => type switch
    {
        ScalarType.Float32 or ScalarType.ComplexFloat32 => OnnxFields.Tensor.Floats,
        ScalarType.Float64 or ScalarType.ComplexFloat64 => OnnxFields.Tensor.Doubles,
        ScalarType.Int64 => OnnxFields.Tensor.Int64s,
        _ => OnnxFields.Tensor.Int32s,
    };

    /// <summary>Their bytes in memory, once each of them is known to be of the type.</summary>
    /// <exception cref="WeightsFileException">One is not.</exception>
    public long Length()
    {
        long length = 0;
        var message = tensor;
        while (message.Next())
        {
            if (message.Field != number)
            {
                continue;
            }

            if (FixedSize > 0)
            {
                length += FixedLength(message);
                continue;
            }

            var packed = message.IsBytes ? message.Message() : default;
            for (var isFirst = true; message.IsBytes ? !packed.IsAtEnd : isFirst; isFirst = false)
            {
                Check(message.IsBytes ? (long)packed.ReadVarint() : message.Integer());
                length += ElementSize.Of(type);
            }
        }

        return length;
    }

    public void Verify()
    {
    }

    public void CopyTo(long position, Span<byte> destination)
    {
        var message = tensor;
        while (message.Next())
        {
            if (message.Field != number)
            {
                continue;
            }

            if (FixedSize > 0)
            {
                message.File.CopyTo(message.ValuePosition, destination[..(int)message.ValueLength]);
                destination = destination[(int)message.ValueLength..];
            }
            else if (!message.IsBytes)
            {
                destination = Write(message.Integer(), destination);
            }
            else
            {
                var packed = message.Message();
                while (!packed.IsAtEnd)
                {
                    destination = Write((long)packed.ReadVarint(), destination);
                }
            }
        }
    }

    private long FixedLength(ProtobufMessage message)
    {
        if (message.IsVarint || message.ValueLength % FixedSize != 0)
        {
            throw OnnxFile.Error(message.File, $"the elements of '{name}' are not numbers of {FixedSize} bytes");
        }

        return message.ValueLength;
    }

    private Span<byte> Write(long element, Span<byte> destination)
    {
        var size = ElementSize.Of(type);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, element);
        bytes[..size].CopyTo(destination);
        return destination[size..];
    }

    private void Check(long element)
    {
        var (least, most) = type switch
        {
            ScalarType.Bool => (0L, 1L),
            ScalarType.Byte => (0, byte.MaxValue),
            ScalarType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            ScalarType.Int16 => (short.MinValue, short.MaxValue),
            ScalarType.Float16 or ScalarType.BFloat16 => (0, ushort.MaxValue),
            ScalarType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (element < least || element > most)
        {
            throw OnnxFile.Error(tensor.File, $"'{name}' is of type {type} and has the element {element}");
        }
    }
}
