using FineTune.Onnx;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Tensors one behind the other.</summary>
internal static class Concatenation
{
    /// <param name="candidates">What may be a part as it is.</param>
    /// <param name="target">What is looked for.</param>
    /// <param name="findPart">Finds the function of a part, by run.</param>
    public static FoundFunction? Of(
        IReadOnlyList<Candidate> candidates,
        SearchTarget target,
        Func<IReadOnlyList<Tensor>, FoundFunction?> findPart)
    {
        // The batch is not joined; what is joined has the same size for each of them.
        foreach (var axis in Enumerable.Range(1, Math.Max(0, target.Rank - 1)))
        {
            if (target.Shapes.Any(shape => shape[axis] != target.Shapes[0][axis]))
            {
                continue;
            }

            long[] sizes =
            [
                .. candidates
                    .Where(one => one.Value.Rank == target.Rank && one.Value.Type == target.Samples[0].dtype && !one.Value.Varies(axis))
                    .Select(one => one.Value.Size(axis))
                    .Where(size => size < target.Shapes[0][axis])
                    .Distinct()
                    .OrderDescending(),
            ];
            if (Parts(target, axis, sizes, findPart) is { } parts)
            {
                return (graph, known) => graph.Concat([.. parts.Select(part => part(graph, known))], axis);
            }
        }

        return null;
    }

    private static List<FoundFunction>? Parts(
        SearchTarget target, int axis, long[] sizes, Func<IReadOnlyList<Tensor>, FoundFunction?> findPart)
    {
        List<FoundFunction> parts = [];
        var total = target.Shapes[0][axis];
        for (long start = 0; start < total;)
        {
            FoundFunction? found = null;
            foreach (var size in sizes.Where(size => start + size <= total))
            {
                found = findPart([.. target.Samples.Select(sample => sample.narrow(axis, start, size))]);
                if (found is not null)
                {
                    parts.Add(found);
                    start += size;
                    break;
                }
            }

            if (found is null)
            {
                return null;
            }
        }

        return parts;
    }
}
