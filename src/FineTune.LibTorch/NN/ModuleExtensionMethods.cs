using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Conversions that keep the static type of the module.</summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, ScalarType type) where T : nn.Module => Convert(module, type, null);

    public static T to<T>(this T module, Device device) where T : nn.Module => Convert(module, null, device);

    public static T to<T>(this T module, Device device, ScalarType type) where T : nn.Module => Convert(module, type, device);

    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1) where T : nn.Module
        => Convert(module, null, new Device(deviceType, deviceIndex));

    public static T to<T>(this T module, string device) where T : nn.Module => Convert(module, null, new Device(device));

    public static T to<T>(this T module, Tensor other) where T : nn.Module => Convert(module, other.dtype, other.device);

    public static T cpu<T>(this T module) where T : nn.Module => Convert(module, null, CPU);

    private static T Convert<T>(T module, ScalarType? type, Device? device) where T : nn.Module
    {
        module.Convert(type, device);
        return module;
    }
}
