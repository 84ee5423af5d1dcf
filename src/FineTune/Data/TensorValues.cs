using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>The elements of a tensor as an array. TorchSharp's accessor, which does that too, cannot be compiled ahead of time.</summary>
internal static class TensorValues
{
    /// <summary>The elements in row-major order.</summary>
    /// <param name="tensor">A tensor whose elements are of the type <typeparamref name="T"/>, on any device.</param>
    public static T[] Values<T>(this Tensor tensor)
        where T : unmanaged
    {
        if (tensor.numel() == 0)
        {
            return [];
        }

        using var scope = TorchSharp.torch.NewDisposeScope();
        return MemoryMarshal.Cast<byte, T>(tensor.detach().cpu().contiguous().bytes).ToArray();
    }
}
