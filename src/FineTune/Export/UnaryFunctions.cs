using FineTune.Onnx;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The functions of one tensor that are tried.</summary>
internal static class UnaryFunctions
{
    private const int MostSlices = 256;

    private static readonly Func<OnnxGraph, OnnxValue, OnnxValue>[] Elementwise =
    [
        static (graph, x) => graph.Relu(x),
        static (graph, x) => graph.Sigmoid(x),
        static (graph, x) => graph.Tanh(x),
        static (graph, x) => graph.Gelu(x),
        static (graph, x) => graph.SiLU(x),
        static (graph, x) => graph.Clip(x, 0, 6),
        static (graph, x) => graph.Add("HardSwish", [x]),
        static (graph, x) => graph.Add("LeakyRelu", [x], ("alpha", 0.01)),
        static (graph, x) => graph.GeluOfTanh(x),
        static (graph, x) => graph.Add("Elu", [x], ("alpha", 1.0)),
        static (graph, x) => graph.Add("Softplus", [x]),
        static (graph, x) => graph.Add("Abs", [x]),
        static (graph, x) => graph.Mul(x, x),
        static (graph, x) => graph.Add("Exp", [x]),
    ];

    private static readonly string[] Reductions = ["ReduceMean", "ReduceMax", "ReduceSum", "ReduceMin"];

    /// <summary>Those that give the shape of what is looked for.</summary>
    public static IEnumerable<Candidate> To(Candidate from, SearchTarget target, OnnxGraph scratch)
    {
        var x = from.Value;
        if (target.Samples[0].dtype != x.Type)
        {
            return target.IsFloating ? [from.Then(scratch, (graph, value) => graph.Cast(value, target.Samples[0].dtype))] : [];
        }

        IEnumerable<Candidate> found = [];
        if (x.Samples.Zip(target.Shapes).All(pair => pair.First.numel() == pair.Second.Aggregate(1L, (product, size) => product * size)))
        {
            found = found.Concat(Reshapes(from, target, scratch));
            if (x.Rank == target.Rank && x.Rank <= 5)
            {
                found = found.Concat(Permutations(x.Rank)
                    .Where(order => x.Samples.Zip(target.Shapes).All(pair =>
                        order.Select(axis => pair.First.shape[axis]).SequenceEqual(pair.Second)))
                    .Select(order => from.Then(scratch, (graph, value) => graph.Permute(value, order))));
            }
        }

        if (x.Rank == 4 && target.Rank == 4 && x.Type == ScalarType.Float32)
        {
            found = found.Concat(Pools(from, target, scratch));
        }

        if (target.HasShapeOf(x))
        {
            found = found.Concat(OfElements(from, scratch));
        }
        else if (x.Type == ScalarType.Float32)
        {
            found = found.Concat(Reduced(from, scratch, (axes, keeps) => x.Samples.Zip(target.Shapes).All(pair =>
                Shape(pair.First.shape, axes, keeps).SequenceEqual(pair.Second))));
        }

        return found.Concat(Selected(from, scratch, target)).Concat(Slices(from, scratch, target));
    }

    /// <summary>Those whose shape follows from the tensor's alone: what a further function may start from.</summary>
    public static IEnumerable<Candidate> All(Candidate from, OnnxGraph scratch)
    {
        var x = from.Value;
        if (!x.Samples[0].is_floating_point())
        {
            return [from.Then(scratch, (graph, value) => graph.Cast(value, ScalarType.Float32))];
        }

        var all = OfElements(from, scratch);
        all = all.Concat(Reduced(from, scratch, (_, _) => true)).Concat(Selected(from, scratch, null));
        all = all.Concat(Enumerable
            .Range(0, x.Rank + 1)
            .Select(axis => from.Then(scratch, (graph, value) => graph.Unsqueeze(value, axis))));
        if (x.Rank <= 4)
        {
            all = all.Concat(Permutations(x.Rank)
                .Skip(1)
                .Select(order => from.Then(scratch, (graph, value) => graph.Permute(value, order))));
        }

        foreach (var start in Enumerable.Range(0, Math.Max(0, x.Rank - 1)))
        {
            for (var end = start + 1; end < x.Rank; end++)
            {
                var shapes = x.Samples.Select(sample => sample.flatten(start, end).shape).ToList();
                if (Reshape(from, scratch, shapes) is { } flat)
                {
                    all = all.Append(flat);
                }
            }
        }

        return all.Concat(Halves(from, scratch));
    }

    private static IEnumerable<Candidate> OfElements(Candidate from, OnnxGraph scratch)
    {
        if (!from.Value.Samples[0].is_floating_point())
        {
            return [];
        }

        return Elementwise
            .Select(function => from.Then(scratch, function))
            .Concat(Enumerable.Range(0, from.Value.Rank).SelectMany(axis => (Candidate[])
            [
                from.Then(scratch, (graph, value) => graph.Softmax(value, axis)),
                from.Then(scratch, (graph, value) => graph.Add("LogSoftmax", [value], ("axis", (long)axis))),
                from.Then(scratch, (graph, value) => Normalized(graph, value, axis)),
            ]));
    }

    // As functional.normalize does by default.
    private static OnnxValue Normalized(OnnxGraph graph, OnnxValue x, long axis)
    {
        var norm = graph.Add("Sqrt", [graph.Reduce("ReduceSum", graph.Mul(x, x), [axis], keeps: true)]);
        return graph.Div(x, graph.Clip(norm, 1e-12, float.MaxValue));
    }

    private static IEnumerable<Candidate> Reshapes(Candidate from, SearchTarget target, OnnxGraph scratch) =>
        Reshape(from, scratch, target.Shapes) is { } one ? [one] : [];

    private static Candidate? Reshape(Candidate from, OnnxGraph scratch, IReadOnlyList<long[]> shapes) =>
        from.Value.Samples.Zip(shapes).All(pair => pair.First.shape.SequenceEqual(pair.Second))
            || scratch.ReshapeTo(from.Value, shapes) is not { } value
                ? null
                : new(value, (graph, known) => Likewise(graph, from, known, scratch, value));

    // The shape that was found for the trace's batches, for those of the graph.
    private static OnnxValue Likewise(
        OnnxGraph graph, Candidate from, IReadOnlyList<OnnxValue> known, OnnxGraph scratch, OnnxValue reshaped)
    {
        var shape = scratch.Nodes.First(node => node.Name == reshaped.Name).Inputs[1];
        var sizes = scratch.Initializers.First(constant => constant.Name == shape).Tensor.data<long>().ToArray();
        return graph.Reshape(from.Build(graph, known), sizes);
    }

    private static IEnumerable<Candidate> Reduced(Candidate from, OnnxGraph scratch, Func<long[], bool, bool> isWanted)
    {
        var rank = from.Value.Rank;
        if (rank > 5)
        {
            yield break;
        }

        for (var set = 1; set < 1 << rank; set++)
        {
            long[] axes = [.. Enumerable.Range(0, rank).Where(axis => (set & (1 << axis)) != 0).Select(axis => (long)axis)];
            foreach (var keeps in (bool[])[false, true])
            {
                if (isWanted(axes, keeps))
                {
                    foreach (var kind in Reductions)
                    {
                        yield return from.Then(scratch, (graph, value) => graph.Reduce(kind, value, axes, keeps));
                    }
                }
            }
        }
    }

    // By far the most usual windows of functional.max_pool2d and functional.avg_pool2d.
    private static IEnumerable<Candidate> Pools(Candidate one, SearchTarget target, OnnxGraph scratch) =>
        from window in ((long Size, long Stride, long Padding)[])[(2, 2, 0), (3, 2, 1), (3, 1, 1), (3, 2, 0), (3, 3, 0)]
        where one.Value.Samples.Zip(target.Shapes).All(pair => ((int[])[2, 3]).All(axis =>
            pair.First.shape[axis] + (2 * window.Padding) >= window.Size
            && (pair.First.shape[axis] + (2 * window.Padding) - window.Size) / window.Stride + 1 == pair.Second[axis]))
        from kind in (string[])["MaxPool", "AveragePool"]
        select one.Then(scratch, (graph, value) => graph.Pool(
            kind, value, [window.Size, window.Size], [window.Stride, window.Stride], [window.Padding, window.Padding]));

    // The first and the last of a dimension, or any, where its shape is looked for.
    private static IEnumerable<Candidate> Selected(Candidate from, OnnxGraph scratch, SearchTarget? target)
    {
        var x = from.Value;
        for (var axis = 0; axis < x.Rank; axis++)
        {
            var dimension = axis;
            if (target is not null && !x.Samples.Zip(target.Shapes).All(pair =>
                Shape(pair.First.shape, [dimension], keeps: false).SequenceEqual(pair.Second)))
            {
                continue;
            }

            var between = target is null || x.Varies(axis) ? [] : Enumerable.Range(1, (int)Math.Clamp(x.Size(axis) - 2, 0, MostSlices));
            foreach (var index in (int[])[0, -1, .. between])
            {
                yield return from.Then(scratch, (graph, value) => graph.Select(value, dimension, index));
            }
        }
    }

    private static IEnumerable<Candidate> Slices(Candidate from, OnnxGraph scratch, SearchTarget target)
    {
        var x = from.Value;
        if (x.Rank != target.Rank)
        {
            yield break;
        }

        var shorter = Enumerable
            .Range(0, x.Rank)
            .Where(axis => x.Samples.Zip(target.Shapes).Any(pair => pair.First.shape[axis] != pair.Second[axis]))
            .ToList();
        if (shorter is not [var only] || x.Varies(only) || target.Shapes.Any(shape => shape[only] != target.Shapes[0][only]))
        {
            yield break;
        }

        var length = target.Shapes[0][only];
        for (long start = 0; start <= Math.Min(x.Size(only) - length, MostSlices); start++)
        {
            var first = start;
            yield return from.Then(scratch, (graph, value) => graph.Slice(value, only, first, first + length));
        }
    }

    private static IEnumerable<Candidate> Halves(Candidate from, OnnxGraph scratch)
    {
        var x = from.Value;
        for (var axis = 1; axis < x.Rank; axis++)
        {
            if (!x.Varies(axis) && x.Size(axis) is var size && size % 2 == 0)
            {
                var dimension = axis;
                yield return from.Then(scratch, (graph, value) => graph.Slice(value, dimension, 0, size / 2));
                yield return from.Then(scratch, (graph, value) => graph.Slice(value, dimension, size / 2, size));
            }
        }
    }

    private static IEnumerable<long> Shape(long[] shape, long[] axes, bool keeps) => keeps
        ? shape.Select((size, axis) => axes.Contains(axis) ? 1 : size)
        : shape.Where((_, axis) => !axes.Contains(axis));

    private static IEnumerable<long[]> Permutations(int rank) => rank == 0
        ? [[]]
        : Permutations(rank - 1).SelectMany(rest => Enumerable
            .Range(0, rank)
            .Reverse()
            .Select(place => (long[])[.. rest[..place], rank - 1, .. rest[place..]]));
}
