using FineTune.Onnx;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The sum and the mean of tokens' features, [N, length, width], over those that a mask, [N, length], counts.</summary>
internal static class MaskedPooling
{
    // What keeps the mean of no token from being none: nothing, or the usual least counts.
    private static readonly double?[] LeastCounts = [null, 1, 1e-9];

    public static IEnumerable<Candidate> Of(OnnxGraph scratch, IReadOnlyList<Candidate> known, SearchTarget target)
    {
        var features = known.Where(one => one.Value.Rank == 3 && one.Value.Type == ScalarType.Float32).ToList();
        var masks = known.Where(one => one.Value.Rank == 2).ToList();
        return
            from x in features
            from mask in masks
            where x.Value.Samples.Zip(mask.Value.Samples, target.Shapes).All(run =>
                run.First.shape[..2].SequenceEqual(run.Second.shape) && run.Third.SequenceEqual([run.First.shape[0], run.First.shape[2]]))
            from least in (double?[])[double.NaN, .. LeastCounts]
            select Pooled(scratch, x, mask, least);
    }

    private static Candidate Pooled(OnnxGraph scratch, Candidate x, Candidate mask, double? least)
    {
        return new(
            Build(scratch, x.Value, mask.Value),
            (graph, known) => Build(graph, x.Build(graph, known), mask.Build(graph, known)));

        OnnxValue Build(OnnxGraph graph, OnnxValue features, OnnxValue stated)
        {
            var weights = graph.Cast(stated, ScalarType.Float32);
            var sum = graph.Reduce("ReduceSum", graph.Mul(features, graph.Unsqueeze(weights, 2)), [1]);
            if (least is double.NaN)
            {
                return sum;
            }

            var count = graph.Reduce("ReduceSum", weights, [1], keeps: true);
            return graph.Div(sum, least is { } number ? graph.Clip(count, number, float.MaxValue) : count);
        }
    }
}
