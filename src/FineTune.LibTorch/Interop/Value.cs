using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>What a <see cref="Value"/> holds; the order is that of <c>Kind</c> in native/abi.h.</summary>
internal enum ValueKind { None, Tensor, Long, Double, Bool, LongList, DoubleList, TensorList, String, Device, Generator }

/// <summary>A value as it crosses the boundary.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public long Kind;
    public long Bits;
    public long Length;
}

/// <summary>One argument of an operator. <c>default</c> is None, or the default that the operator's schema states.</summary>
internal readonly struct Value
{
    private readonly ValueKind kind;
    private readonly long bits;
    private readonly object? reference;

    private Value(ValueKind kind, long bits) => (this.kind, this.bits) = (kind, bits);

    private Value(ValueKind kind, object? reference)
    {
        if (reference is not null) (this.kind, this.reference) = (kind, reference);
    }

    public static implicit operator Value(Tensor? value) => new(ValueKind.Tensor, value);
    public static implicit operator Value(Generator? value) => new(ValueKind.Generator, value);
    public static implicit operator Value(long value) => new(ValueKind.Long, value);
    public static implicit operator Value(int value) => new(ValueKind.Long, value);
    public static implicit operator Value(double value) => new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Value(bool value) => new(ValueKind.Bool, value ? 1 : 0);
    public static implicit operator Value(long? value) => value is { } it ? it : default(Value);
    public static implicit operator Value(double? value) => value is { } it ? it : default(Value);
    public static implicit operator Value(bool? value) => value is { } it ? it : default(Value);
    public static implicit operator Value(ScalarType value) => new(ValueKind.Long, (long)value);
    public static implicit operator Value(ScalarType? value) => value is { } it ? it : default(Value);
    public static implicit operator Value(Scalar? value) => value is null ? default : value.Value;
    public static implicit operator Value(long[]? value) => new(ValueKind.LongList, value);
    public static implicit operator Value(ReadOnlySpan<long> value) => value.ToArray();
    public static implicit operator Value(Size value) => value.Shape;
    public static implicit operator Value(double[]? value) => new(ValueKind.DoubleList, value);
    public static implicit operator Value(Tensor?[]? value) => new(ValueKind.TensorList, value);
    public static implicit operator Value(string? value) => new(ValueKind.String, value is null ? null : Encoding.UTF8.GetBytes(value));
    public static implicit operator Value(Device? value) =>
        value is null ? default : new(ValueKind.Device, (long)value.type << 32 | (uint)value.index);

    /// <summary>The number held, a real one cut off towards zero.</summary>
    public long AsLong() => this.kind == ValueKind.Double ? (long)BitConverter.Int64BitsToDouble(this.bits) : this.bits;

    public double AsDouble() => this.kind == ValueKind.Double ? BitConverter.Int64BitsToDouble(this.bits) : this.bits;

    /// <summary>The number held, of the type that it has.</summary>
    public Scalar AsScalar() => this.kind switch
    {
        ValueKind.Bool => this.bits != 0,
        ValueKind.Long => this.bits,
        _ => AsDouble(),
    };

    /// <summary>What the native call needs kept alive.</summary>
    public object? Reference => this.reference;

    /// <summary>How many longs the elements of a list take.</summary>
    public int Slots => this.kind switch
    {
        ValueKind.LongList or ValueKind.DoubleList or ValueKind.TensorList => ((Array)this.reference!).Length,
        ValueKind.String => (((byte[])this.reference!).Length + 7) / 8,
        _ => 0,
    };

    /// <summary>Writes the value for the native side; the elements of a list go to <paramref name="free"/>, which moves on.</summary>
    public unsafe void Write(NativeValue* target, ref long* free)
    {
        target->Kind = (long)this.kind;
        switch (this.kind)
        {
            // The kind says what the object is; to ask it again would cost as much as the rest.
            case ValueKind.Tensor: target->Bits = Unsafe.As<Tensor>(this.reference!).Handle; return;
            case ValueKind.Generator: target->Bits = Unsafe.As<Generator>(this.reference!).Handle; return;
            case < ValueKind.LongList or ValueKind.Device: target->Bits = this.bits; return;
        }

        target->Bits = (nint)free;
        target->Length = ((Array)this.reference!).Length;
        var slots = new Span<long>(free, Slots);
        switch (this.reference)
        {
            case long[] numbers: numbers.CopyTo(slots); break;
            case double[] numbers: MemoryMarshal.Cast<double, long>(numbers).CopyTo(slots); break;
            case byte[] text: text.CopyTo(MemoryMarshal.AsBytes(slots)); break;
            case Tensor?[] tensors:
                for (int i = 0; i < tensors.Length; i++) slots[i] = tensors[i] is { } tensor ? tensor.Handle : 0;
                break;
        }

        free += slots.Length;
    }
}
