using TorchSharp.Interop;

using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number that takes part in a tensor operation: its kind matters, its width does not.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(Value value, ScalarType type) => (Value, Type) = (value, type);

    public ScalarType Type { get; }

    internal Value Value { get; }

    public static implicit operator Scalar(byte value) => new(value, ScalarType.Byte);
    public static implicit operator Scalar(sbyte value) => new(value, ScalarType.Int8);
    public static implicit operator Scalar(short value) => new(value, ScalarType.Int16);
    public static implicit operator Scalar(int value) => new(value, ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(value, ScalarType.Int64);
    public static implicit operator Scalar(float value) => new(value, ScalarType.Float32);
    public static implicit operator Scalar(double value) => new(value, ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(value, ScalarType.Bool);

    /// <summary>Nothing to do: the number is held in managed memory.</summary>
    public void Dispose()
    {
    }
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;

    public static bool ToBoolean(this Scalar value) => value.Value.AsDouble() != 0;
    public static byte ToByte(this Scalar value) => (byte)value.Value.AsLong();
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Value.AsLong();
    public static short ToInt16(this Scalar value) => (short)value.Value.AsLong();
    public static int ToInt32(this Scalar value) => (int)value.Value.AsLong();
    public static long ToInt64(this Scalar value) => value.Value.AsLong();
    public static float ToSingle(this Scalar value) => (float)value.Value.AsDouble();
    public static double ToDouble(this Scalar value) => value.Value.AsDouble();
}
