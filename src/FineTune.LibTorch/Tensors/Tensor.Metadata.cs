using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // What a tensor says of itself.
    public partial class Tensor
    {
        public unsafe long[] shape
        {
            get
            {
                TensorInfo info = Info;
                return new ReadOnlySpan<long>(info.Sizes, (int)info.Dimensions).ToArray().KeepingAlive(this);
            }
        }

        public ScalarType dtype => (ScalarType)Info.Type;

        public Device device => Info is { } info ? new Device((DeviceType)info.DeviceType, info.DeviceIndex) : CPU;

        public DeviceType device_type => (DeviceType)Info.DeviceType;

        public int device_index => Info.DeviceIndex;

        public long ndim => Info.Dimensions;

        public long Dimensions => Info.Dimensions;

        public long NumberOfElements => Info.Elements;

        public long ElementSize => Info.ElementSize;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_sparse => (Info.Flags & TensorFlags.Sparse) != 0;

        /// <summary>A name for the user's own purposes.</summary>
        public string? name { get; set; }

        public Tensor T => Aten.Call("numpy_T", this);

        public Tensor H => Aten.Call("matrix_H", this);

        public Tensor mT => Aten.Call("mT", this);

        public Tensor mH => Aten.Call("mH", this);

        public long dim() => Info.Dimensions;

        public long numel() => Info.Elements;

        public long element_size() => Info.ElementSize;

        public long storage_offset() => Info.Offset;

        public long[] size() => shape;

        public unsafe long size(int dim)
        {
            TensorInfo info = Info;
            return info.Sizes[Checked(dim, info.Dimensions)].KeepingAlive(this);
        }

        public unsafe long[] stride()
        {
            TensorInfo info = Info;
            return new ReadOnlySpan<long>(info.Strides, (int)info.Dimensions).ToArray().KeepingAlive(this);
        }

        public unsafe long stride(int dim)
        {
            TensorInfo info = Info;
            return info.Strides[Checked(dim, info.Dimensions)].KeepingAlive(this);
        }

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_contiguous() => (Info.Flags & TensorFlags.Contiguous) != 0;

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>Whether the two objects are the same tensor of libtorch.</summary>
        public bool Equals(Tensor target) => target is not null && this.handle == target.handle;

        public override int GetHashCode() => this.handle.GetHashCode();

        private static int Checked(int dim, long dimensions)
        {
            int index = dim < 0 ? dim + (int)dimensions : dim;
            return (uint)index < (ulong)dimensions ? index
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {dimensions} dimensions.");
        }
    }

    public static bool is_floating_point(ScalarType type) => type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    public static bool is_integral(ScalarType type) => type is >= ScalarType.Byte and <= ScalarType.Int64 or ScalarType.Bool;

    public static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;

    public static long numel(Tensor input) => input.numel();
}
