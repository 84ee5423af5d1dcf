using FineTune.Onnx;

namespace FineTune;

/// <summary>A tensor scaled and shifted by parameters or buffers of the module, as pictures are normalized.</summary>
internal static class Scaling
{
    private static readonly Func<OnnxGraph, OnnxValue, OnnxValue, OnnxValue, OnnxValue>[] Functions =
    [
        static (graph, x, first, second) => graph.Div(graph.Sub(x, first), second),
        static (graph, x, first, second) => graph.Add(graph.Mul(x, first), second),
        static (graph, x, first, second) => graph.Mul(graph.Sub(x, first), second),
    ];

    public static IEnumerable<Candidate> Of(
        OnnxGraph scratch, IReadOnlyList<Candidate> known, IReadOnlyList<Candidate> parameters, SearchTarget target)
    {
        List<Candidate> factors = [.. parameters.Where(target.Broadcasts)];
        return
            from x in known
            where target.HasShapeOf(x.Value) && target.Broadcasts(x)
            from first in factors
            from second in factors
            where first != second
            from function in Functions
            select new Candidate(
                function(scratch, x.Value, first.Value, second.Value),
                (graph, values) => function(graph, x.Build(graph, values), first.Build(graph, values), second.Build(graph, values)));
    }
}
