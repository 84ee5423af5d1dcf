using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Goes through the numbers of targets here, and not by operators: those of a batch are few and in main memory, where one operator
/// takes longer than all of them.
/// </summary>
internal static class TargetValues
{
    /// <summary>The position of the first number that is not in a range, NaN included; -1 where all are.</summary>
    /// <param name="target">The targets.</param>
    /// <param name="least">The lower end.</param>
    /// <param name="most">The upper end.</param>
    /// <param name="whole">Whether only whole numbers are.</param>
    /// <param name="except">A number that may stand anywhere.</param>
    public static int FirstOutside(Tensor target, double least, double most, bool whole = false, double except = double.NaN) =>
        target.numel() == 0 ? -1
        : IsHere(target, ScalarType.Float32) ? FirstOutside(Span<float>(target), least, most, whole, except)
        : IsHere(target, ScalarType.Int64) ? FirstOutside(Span<long>(target), least, most, whole, except)
        : FirstOutside<double>(Doubles(target), least, most, whole, except);

    /// <summary>Whether a number is among the targets.</summary>
    public static bool Contains(Tensor target, long number) =>
        target.numel() > 0
        && (IsHere(target, ScalarType.Int64) ? Span<long>(target).Contains(number) : Doubles(target).AsSpan().Contains(number));

    /// <summary>All numbers, in the order of the rows.</summary>
    public static double[] Doubles(Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        return target.to_type(ScalarType.Float64).Values<double>();
    }

    /// <summary>Which row a position belongs to.</summary>
    public static int RowOf(Tensor target, int position) => (int)(position / (target.numel() / target.size(0)));

    /// <summary>A number as one would write it.</summary>
    public static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static bool IsHere(Tensor target, ScalarType type) =>
        target.dtype == type && target.device_type == DeviceType.CPU && target.is_contiguous();

    private static ReadOnlySpan<T> Span<T>(Tensor target)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(target.bytes);

    private static int FirstOutside<T>(ReadOnlySpan<T> numbers, double least, double most, bool whole, double except)
        where T : INumber<T>
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = double.CreateTruncating(numbers[i]);
            if (!(number >= least && number <= most && (!whole || number == Math.Floor(number))) && number != except)
            {
                return i;
            }
        }

        return -1;
    }
}
