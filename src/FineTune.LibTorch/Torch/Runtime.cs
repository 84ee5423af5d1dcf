using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Threads, devices, and what types become of each other.
    public static int get_num_threads() => Native.ft_threads();

    /// <summary>How many threads an operation may use; the number of cores unless the environment says otherwise.</summary>
    public static unsafe void set_num_threads(int num) => Native.Check(Native.ft_set_threads(num));

    public static int get_num_interop_threads() => Native.ft_interop_threads();

    public static unsafe void set_num_interop_threads(int num) => Native.Check(Native.ft_set_interop_threads(num));

    public static bool cuda_is_available() => false;

    /// <summary>Makes a kind of device ready for use.</summary>
    /// <exception cref="NotSupportedException">There is no such device here.</exception>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType)) throw new NotSupportedException($"There is no device of type {deviceType} here: this libtorch computes on the CPU.");
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType is DeviceType.CPU or DeviceType.META;

    public static Device InitializeDevice(Device? device)
    {
        device ??= CPU;
        InitializeDeviceType(device.type);
        return device;
    }

    public static bool is_tensor(object obj) => obj is Tensor;

    public static bool can_cast(ScalarType from, ScalarType to) => Aten.CallBool("can_cast", from, to);

    public static ScalarType promote_types(ScalarType type1, ScalarType type2) => (ScalarType)Aten.CallLong("promote_types", type1, type2);

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) => (ScalarType)Aten.CallLong("result_type.Tensor", tensor1, tensor2);

    public static bool is_integral(Tensor t) => t.is_integral();

    public static Size broadcast_shapes(params long[][] shapes)
    {
        using DisposeScope scope = NewDisposeScope();
        return broadcast_tensors([.. shapes.Select(shape => empty(shape, device: META))])[0].shape;
    }

    public static class cuda
    {
        public static bool is_available() => false;

        public static bool is_cudnn_available() => false;

        public static int device_count() => 0;
    }
}
