using FineTune.Onnx;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Tensors one behind the other.</summary>
internal static class Concatenation
{
    public static IEnumerable<Candidate> Of(OnnxGraph scratch, IReadOnlyList<Candidate> parts, SearchTarget target)
    {
        List<Candidate> fitting = [.. parts.Where(part => part.Value.Rank == target.Rank && part.Value.Type == target.Samples[0].dtype)];
        foreach (var axis in Enumerable.Range(0, target.Rank).OrderBy(axis => axis == 1 ? -1 : axis))
        {
            if (Parts(fitting, target, axis) is { Count: > 1 } chosen)
            {
                yield return new(
                    scratch.Concat([.. chosen.Select(part => part.Value)], axis),
                    (graph, known) => graph.Concat([.. chosen.Select(part => part.Build(graph, known))], axis));
            }
        }
    }

    private static List<Candidate>? Parts(List<Candidate> fitting, SearchTarget target, int axis)
    {
        const int run = 0;
        var wanted = target.Samples[run];
        List<Candidate> chosen = [];
        for (long start = 0; start < wanted.shape[axis];)
        {
            var next = fitting.FirstOrDefault(part =>
            {
                var sample = part.Value.Samples[run];
                var size = sample.shape[axis];
                return size > 0 && start + size <= wanted.shape[axis]
                    && Enumerable.Range(0, target.Rank).All(other => other == axis || sample.shape[other] == wanted.shape[other])
                    && sample.allclose(wanted.narrow(axis, start, size), rtol: 1e-5, atol: 1e-6, equal_nan: true);
            });
            if (next is null)
            {
                return null;
            }

            chosen.Add(next);
            start += next.Value.Samples[run].shape[axis];
        }

        return chosen;
    }
}
