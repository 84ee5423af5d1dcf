using System.Globalization;

namespace TorchSharp;

public enum DeviceType { CPU = 0, CUDA = 1, MKLDNN = 2, OPENGL = 3, OPENCL = 4, IDEEP = 5, HIP = 6, FPGA = 7, MSNPU = 8, XLA = 9, META = 14 }

public static partial class torch
{
    /// <summary>Where a tensor lives: a kind of device, and its index (-1: the current one).</summary>
    public class Device
    {
        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        public Device(string deviceType, int index = -1) : this(Parse(deviceType), index)
        {
        }

        public Device(int index) : this(DeviceType.CUDA, index)
        {
        }

        /// <param name="description">A kind of device, or a kind and an index: "cpu", "cuda:0".</param>
        public Device(string description)
        {
            string[] parts = description.Split(':');
            type = Parse(parts[0]);
            index = parts.Length == 1 ? -1
                : parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int stated) ? stated
                : throw new ArgumentException($"Invalid device description '{description}': expected a kind, or a kind and an index, such as 'cuda:0'.");
        }

        public DeviceType type { get; private set; }

        public int index { get; private set; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() => type.ToString().ToLowerInvariant() + (index < 0 ? "" : $":{index}");

        private static DeviceType Parse(string kind) =>
            Enum.TryParse(kind, ignoreCase: true, out DeviceType parsed) && !char.IsAsciiDigit(kind[0]) ? parsed
            : throw new ArgumentException($"'{kind}' is not a kind of device: expected cpu, cuda or meta.");
    }

    public static Device device(string description) => new(description);

    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    public static Device device(int index) => new(index);

    public static readonly Device CPU = new(DeviceType.CPU);

    public static readonly Device CUDA = new(DeviceType.CUDA);

    public static readonly Device META = new(DeviceType.META);
}
