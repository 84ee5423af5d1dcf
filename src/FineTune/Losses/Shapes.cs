using static TorchSharp.torch;

namespace FineTune;

/// <summary>Compares shapes as they lie in native memory: each batch asks, and a copy of a shape is garbage.</summary>
internal static class Shapes
{
    /// <summary>Whether two tensors have the same shape.</summary>
    public static bool Equal(Tensor one, Tensor other) => EqualFrom(0, one, 0, other);

    /// <summary>Whether [N, classes, …] has the shape [N, …] without its classes.</summary>
    public static bool EqualWithoutClasses(Tensor indices, Tensor output) =>
        indices.dim() > 0 && indices.size(0) == output.size(0) && EqualFrom(1, indices, 2, output);

    /// <summary>Whether two tensors have the same shape but for dimensions of one element, the first dimension apart.</summary>
    public static bool EqualSqueezed(Tensor one, Tensor other)
    {
        var (i, j) = (0, 0);
        while (true)
        {
            i = NextSize(one, i);
            j = NextSize(other, j);
            if (i == one.dim() || j == other.dim())
            {
                return i == one.dim() && j == other.dim();
            }

            if (one.size(i++) != other.size(j++))
            {
                return false;
            }
        }
    }

    /// <summary>The first tensor in the shape and the type of the second; itself where it has both.</summary>
    public static Tensor Like(Tensor one, Tensor other)
    {
        var shaped = Equal(one, other) ? one : one.reshape(other.shape);
        return shaped.dtype == other.dtype ? shaped : shaped.to_type(other.dtype);
    }

    private static int NextSize(Tensor tensor, int dimension)
    {
        while (dimension > 0 && dimension < tensor.dim() && tensor.size(dimension) == 1)
        {
            dimension++;
        }

        return dimension;
    }

    private static bool EqualFrom(int first, Tensor one, int otherFirst, Tensor other)
    {
        var dimensions = one.dim() - first;
        if (dimensions != other.dim() - otherFirst)
        {
            return false;
        }

        for (var i = 0; i < dimensions; i++)
        {
            if (one.size(first + i) != other.size(otherFirst + i))
            {
                return false;
            }
        }

        return true;
    }
}
