using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the maximum unpools of one to three dimensions share.</summary>
internal static class Unpooling
{
    /// <param name="outputSize">The spatial sizes of the result, or its whole shape; what the pool's own geometry says if null.</param>
    public static Tensor Run(Tensor input, Tensor indices, long[] kernel, long[] stride, long[] padding, long[]? outputSize)
    {
        int dimensions = kernel.Length;
        long[] shape = input.shape;
        long[] size = outputSize is null
            ? [.. Enumerable.Range(0, dimensions).Select(i => (shape[shape.Length - dimensions + i] - 1) * stride[i] + kernel[i] - 2 * padding[i])]
            : outputSize[^dimensions..];
        if (dimensions == 3)
            return Aten.Call("max_unpool3d", input, indices, size, stride, padding);
        if (dimensions == 2)
            return Aten.Call("max_unpool2d", input, indices, size);
        using var scope = NewDisposeScope();
        return Aten.Call("max_unpool2d", input.unsqueeze(-1), indices.unsqueeze(-1), Extent.Of((size[0], 1))).squeeze(-1).MoveToOuterDisposeScope();
    }
}
