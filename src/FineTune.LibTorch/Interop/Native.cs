using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp.Interop;

/// <summary>The functions that the C++ of <c>native/</c> exports. A non-null result is an error message.</summary>
internal static unsafe class Native
{
    private const string Library = "finetune_torch";

    // libtorch starts with one thread on some systems; whatever the environment says wins.
    static Native()
    {
        string? stated = Environment.GetEnvironmentVariable("FINETUNE_THREADS") ?? Environment.GetEnvironmentVariable("OMP_NUM_THREADS");
        if (!int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) || threads == 0)
            threads = Environment.ProcessorCount;
        Check(ft_set_threads(threads));
    }

    /// <summary>Throws what a native call has reported, as TorchSharp does.</summary>
    public static void Check(byte* error)
    {
        if (error != null) Throw(error);
    }

    private static void Throw(byte* error) => throw new ExternalException(Marshal.PtrToStringUTF8((nint)error));

    [DllImport(Library)] public static extern byte* ft_operator_find(byte* name, nint* result);
    [DllImport(Library)] public static extern byte* ft_operator_call(nint op, NativeValue* arguments, long count, NativeValue* results, long* resultCount);

    [DllImport(Library)] public static extern void ft_tensor_release(nint handle);
    // So short that telling the garbage collector of it would take as long.
    [DllImport(Library), SuppressGCTransition] public static extern byte* ft_tensor_info(nint handle, TensorInfo* info);
    [DllImport(Library)] public static extern byte* ft_tensor_set_requires_grad(nint handle, bool value);
    [DllImport(Library)] public static extern byte* ft_tensor_grad(nint handle, nint* result);
    [DllImport(Library)] public static extern byte* ft_tensor_set_grad(nint handle, nint grad);
    [DllImport(Library)] public static extern byte* ft_tensor_set_data(nint handle, nint source);
    [DllImport(Library)] public static extern byte* ft_backward(nint* tensors, long count, nint* grads, long gradCount, bool retainGraph, bool createGraph, nint* inputs, long inputCount);
    [DllImport(Library)] public static extern byte* ft_grad(nint* outputs, long count, nint* inputs, long inputCount, nint* grads, long gradCount, bool retainGraph, bool createGraph, bool allowUnused, nint* results);

    [DllImport(Library), SuppressGCTransition] public static extern bool ft_grad_mode();
    [DllImport(Library)] public static extern byte* ft_optimizer_step(int algorithm, double* options, long* sizes, long groups, nint* parameters, nint* state, long* steps);

    [DllImport(Library), SuppressGCTransition] public static extern void ft_set_grad_mode(bool enabled);
    [DllImport(Library)] public static extern int ft_threads();
    [DllImport(Library)] public static extern byte* ft_set_threads(int count);
    [DllImport(Library)] public static extern int ft_interop_threads();
    [DllImport(Library)] public static extern byte* ft_set_interop_threads(int count);

    [DllImport(Library)] public static extern nint ft_generator_default();
    [DllImport(Library)] public static extern nint ft_generator_new(ulong seed);
    [DllImport(Library)] public static extern void ft_generator_release(nint handle);
    [DllImport(Library)] public static extern byte* ft_generator_set_seed(nint handle, ulong seed);
    [DllImport(Library)] public static extern byte* ft_generator_seed(nint handle, ulong* result);
    [DllImport(Library)] public static extern byte* ft_generator_initial_seed(nint handle, ulong* result);
    [DllImport(Library)] public static extern byte* ft_generator_state(nint handle, nint* result);
    [DllImport(Library)] public static extern byte* ft_generator_set_state(nint handle, nint state);

    [DllImport(Library)] public static extern byte* ft_image_decode(byte* data, long length, int mode, nint* result);
    [DllImport(Library)] public static extern byte* ft_image_encode(nint handle, byte* extension, int quality, nint* result);

    [DllImport(Library)] public static extern byte* ft_tensor_save(nint handle, byte* path);
    [DllImport(Library)] public static extern byte* ft_tensor_load(byte* path, nint* result);
}
