using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>What a tensor says of itself, in one call. The pointers live as long as the tensor keeps its shape.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TensorInfo
{
    public long* Sizes;
    public long* Strides;
    public void* Data;
    public long Dimensions, Elements, Offset, ElementSize;
    public int Type, DeviceType, DeviceIndex;
    public TensorFlags Flags;
}

/// <summary>The bits are set in <c>ft_tensor_info</c>.</summary>
[Flags]
internal enum TensorFlags { RequiresGrad = 1, Leaf = 2, Contiguous = 4, Sparse = 8, Conjugate = 16, Negative = 32 }
