using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>
/// Calls any operator of libtorch by its schema name, without the namespace: <c>add.Tensor</c>.
/// Trailing arguments may be left out, and take the schema's defaults.
/// </summary>
internal static unsafe class Aten
{
    private const int MostResults = 8;
    private const int SlotsOnStack = 64;

    // By reference, as nearly every name is a literal: hashing its letters would cost more than the look-up.
    private static readonly ConcurrentDictionary<string, nint> Operators = new(ReferenceEqualityComparer.Instance);

    /// <summary>An operator with one tensor for a result.</summary>
    public static Tensor Call(string op, params ReadOnlySpan<Value> args) => new((nint)Invoke(op, args).Bits);

    /// <summary>An operator that writes into its first argument, and gives that back.</summary>
    public static Tensor InPlace(string op, Tensor self, params ReadOnlySpan<Value> rest)
    {
        Span<Value> args = [self, default, default, default, default, default, default, default];
        rest.CopyTo(args[1..]);
        Invoke(op, args[..(rest.Length + 1)], []);
        return self;
    }

    public static bool CallBool(string op, params ReadOnlySpan<Value> args) => Invoke(op, args).Bits != 0;

    public static long CallLong(string op, params ReadOnlySpan<Value> args) => Invoke(op, args).Bits;

    public static double CallDouble(string op, params ReadOnlySpan<Value> args) => BitConverter.Int64BitsToDouble(Invoke(op, args).Bits);

    /// <summary>An operator without a result.</summary>
    public static void CallVoid(string op, params ReadOnlySpan<Value> args) => Invoke(op, args, []);

    /// <summary>A number out of an operator such as <c>item</c>.</summary>
    public static Value CallNumber(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue result = Invoke(op, args);
        return (ValueKind)result.Kind switch
        {
            ValueKind.Bool => result.Bits != 0,
            ValueKind.Long => result.Bits,
            _ => BitConverter.Int64BitsToDouble(result.Bits),
        };
    }

    /// <summary>The tensors of a tuple, of a list, or of both in a row; an undefined one is null.</summary>
    public static Tensor[] CallMany(string op, params ReadOnlySpan<Value> args)
    {
        Span<NativeValue> results = stackalloc NativeValue[MostResults];
        int count = Invoke(op, args, results);
        var tensors = new List<Tensor>(count);
        foreach (NativeValue result in results[..count])
        {
            if (result.Kind != (long)ValueKind.TensorList)
            {
                tensors.Add(result.Bits == 0 ? null! : new Tensor((nint)result.Bits));
                continue;
            }

            foreach (nint handle in new ReadOnlySpan<nint>((void*)result.Bits, (int)result.Length)) tensors.Add(new Tensor(handle));
            NativeMemory.Free((void*)result.Bits);
        }

        return [.. tensors];
    }

    private static NativeValue Invoke(string op, ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(op, args, new Span<NativeValue>(&result, 1));
        return result;
    }

    [SkipLocalsInit]
    private static int Invoke(string op, ReadOnlySpan<Value> args, Span<NativeValue> results)
    {
        int needed = 0;
        foreach (ref readonly Value arg in args) needed += arg.Slots;
        Span<long> slots = needed <= SlotsOnStack ? stackalloc long[SlotsOnStack] : new long[needed];
        NativeValue* arguments = stackalloc NativeValue[args.Length];

        byte* error;
        long count = results.Length;
        fixed (long* first = slots)
        fixed (NativeValue* result = results)
        {
            long* free = first;
            for (int i = 0; i < args.Length; i++) args[i].Write(arguments + i, ref free);
            error = Native.ft_operator_call(Find(op), arguments, args.Length, result, &count);
        }

        // A finalizer may not free what the native side still reads.
        foreach (ref readonly Value arg in args) GC.KeepAlive(arg.Reference);
        Native.Check(error);
        return (int)count;
    }

    private static nint Find(string op) => Operators.TryGetValue(op, out nint found) ? found : Operators.GetOrAdd(string.Intern(op), Resolve);

    private static nint Resolve(string op)
    {
        nint found;
        fixed (byte* name = Encoding.UTF8.GetBytes(op + '\0')) Native.Check(Native.ft_operator_find(name, &found));
        return found;
    }
}
