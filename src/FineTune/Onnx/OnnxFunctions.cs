using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Onnx;

/// <summary>The functions of forward passes, by the names that they have there, as nodes.</summary>
internal static class OnnxFunctions
{
    public static OnnxValue Add(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Add("Add", [a, b]);

    public static OnnxValue Sub(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Add("Sub", [a, b]);

    public static OnnxValue Mul(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Add("Mul", [a, b]);

    public static OnnxValue Div(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Add("Div", [a, b]);

    public static OnnxValue MatMul(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Add("MatMul", [a, b]);

    public static OnnxValue Mul(this OnnxGraph graph, OnnxValue x, double factor) => graph.Mul(x, graph.Scalar(factor));

    public static OnnxValue Add(this OnnxGraph graph, OnnxValue x, double term) => graph.Add(x, graph.Scalar(term));

    public static OnnxValue Relu(this OnnxGraph graph, OnnxValue x) => graph.Add("Relu", [x]);

    public static OnnxValue Sigmoid(this OnnxGraph graph, OnnxValue x) => graph.Add("Sigmoid", [x]);

    public static OnnxValue Tanh(this OnnxGraph graph, OnnxValue x) => graph.Add("Tanh", [x]);

    public static OnnxValue Clip(this OnnxGraph graph, OnnxValue x, double least, double most) =>
        graph.Add("Clip", [x, graph.Scalar(least), graph.Scalar(most)]);

    public static OnnxValue SiLU(this OnnxGraph graph, OnnxValue x) => graph.Mul(x, graph.Sigmoid(x));

    public static OnnxValue Mish(this OnnxGraph graph, OnnxValue x) => graph.Mul(x, graph.Tanh(graph.Add("Softplus", [x])));

    /// <summary>x Φ(x), with the error function: operator set 17 has no Gelu.</summary>
    public static OnnxValue Gelu(this OnnxGraph graph, OnnxValue x)
    {
        var erf = graph.Add("Erf", [graph.Mul(x, Math.Sqrt(0.5))]);
        return graph.Mul(graph.Mul(x, graph.Add(erf, 1)), 0.5);
    }

    /// <summary>The approximation by tanh (Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415).</summary>
    public static OnnxValue GeluOfTanh(this OnnxGraph graph, OnnxValue x)
    {
        var cube = graph.Mul(graph.Mul(x, x), x);
        var inner = graph.Mul(graph.Add(x, graph.Mul(cube, 0.044715)), Math.Sqrt(2 / Math.PI));
        return graph.Mul(graph.Mul(x, graph.Add(graph.Tanh(inner), 1)), 0.5);
    }

    public static OnnxValue Softmax(this OnnxGraph graph, OnnxValue x, long axis) => graph.Add("Softmax", [x], ("axis", axis));

    /// <summary>Dimensions in another order: for each of the output, which of the input it is.</summary>
    public static OnnxValue Permute(this OnnxGraph graph, OnnxValue x, params long[] order) => graph.Add("Transpose", [x], ("perm", order));

    /// <summary>Another shape, in which 0 is the size that the input has at this place, and -1, once, what is left.</summary>
    public static OnnxValue Reshape(this OnnxGraph graph, OnnxValue x, params long[] shape) =>
        graph.Add("Reshape", [x, graph.Integers(shape)]);

    /// <summary>The elements in another shape, of which an example for each of the samples is given.</summary>
    /// <returns>Null where it does not follow from the input's.</returns>
    public static OnnxValue? ReshapeTo(this OnnxGraph graph, OnnxValue x, IReadOnlyList<long[]> shapes)
    {
        var shape = new long[shapes[0].Length];
        for (var i = 0; i < shape.Length; i++)
        {
            var sizes = shapes.Select(one => one[i]).ToList();
            var isConstant = sizes.All(size => size == sizes[0]) && sizes[0] != 0;
            var isKept = i < x.Rank && sizes.SequenceEqual(x.Samples.Select(sample => sample.shape[i]));
            shape[i] = isConstant ? sizes[0] : isKept ? 0 : -1;
        }

        return shape.Count(size => size == -1) > 1 ? null : graph.Reshape(x, shape);
    }

    public static OnnxValue Concat(this OnnxGraph graph, IReadOnlyList<OnnxValue> parts, long axis) =>
        graph.Add("Concat", parts, ("axis", axis));

    /// <summary>Zeros around: how many before each dimension, then how many behind each.</summary>
    public static OnnxValue Pad(this OnnxGraph graph, OnnxValue x, params long[] pads) =>
        pads.All(pad => pad == 0) ? x : graph.Add("Pad", [x, graph.Integers(pads), graph.Scalar(0)]);

    /// <summary>Moves what is in a dimension on, around its end.</summary>
    public static OnnxValue Roll(this OnnxGraph graph, OnnxValue x, int axis, long by)
    {
        var size = x.Size(axis);
        var first = (((-by) % size) + size) % size;
        return first == 0 ? x : graph.Concat([graph.Slice(x, axis, first, size), graph.Slice(x, axis, 0, first)], axis);
    }

    public static OnnxValue Unsqueeze(this OnnxGraph graph, OnnxValue x, params long[] axes) =>
        graph.Add("Unsqueeze", [x, graph.Integers(axes)]);

    public static OnnxValue Slice(this OnnxGraph graph, OnnxValue x, long axis, OnnxValue start, OnnxValue end, long step = 1) =>
        graph.Add("Slice", [x, start, end, graph.Integers(axis), graph.Integers(step)]);

    public static OnnxValue Slice(this OnnxGraph graph, OnnxValue x, long axis, long start, long end, long step = 1) =>
        graph.Slice(x, axis, graph.Integers(start), graph.Integers(end), step);

    /// <summary>One of a dimension, which is gone then; -1 is the last.</summary>
    public static OnnxValue Select(this OnnxGraph graph, OnnxValue x, long axis, long index)
    {
        var one = graph.Slice(x, axis, index, index == -1 ? long.MaxValue : index + 1);
        return graph.Add("Squeeze", [one, graph.Integers(axis)]);
    }

    public static OnnxValue Reduce(this OnnxGraph graph, string kind, OnnxValue x, long[] axes, bool keeps = false) => kind == "ReduceSum"
        ? graph.Add(kind, [x, graph.Integers(axes)], ("keepdims", keeps ? 1L : 0L))
        : graph.Add(kind, [x], ("axes", axes), ("keepdims", keeps ? 1L : 0L));

    public static OnnxValue Cast(this OnnxGraph graph, OnnxValue x, ScalarType type) =>
        x.Type == type ? x : graph.Add("Cast", [x], ("to", OnnxTypes.NumberOf(type)));

    /// <summary>The size of a dimension, [1], as it is in each batch.</summary>
    public static OnnxValue SizeOf(this OnnxGraph graph, OnnxValue x, int dimension) =>
        graph.Slice(graph.Add("Shape", [x]), 0, dimension, dimension + 1);

    /// <summary>The greatest or the mean of windows, padding counted as zeros in the mean.</summary>
    public static OnnxValue Pool(this OnnxGraph graph, string kind, OnnxValue x, long[] kernel, long[] strides, long[] padding) =>
        graph.Add(
            kind,
            [x],
            kind == "MaxPool" ? ("dilations", (long[])[.. kernel.Select(_ => 1L)]) : ("count_include_pad", 1L),
            ("ceil_mode", 0L),
            ("kernel_shape", kernel),
            ("pads", (long[])[.. padding, .. padding]),
            ("strides", strides));

    /// <summary>A linear layer over the last dimension: [.., in] by [out, in], and [out] if there is a bias.</summary>
    public static OnnxValue Linear(this OnnxGraph graph, OnnxValue x, OnnxValue weight, OnnxValue? bias)
    {
        if (x.Rank == 2)
        {
            return graph.Add("Gemm", bias is null ? [x, weight] : [x, weight, bias], ("transB", 1L));
        }

        var product = graph.MatMul(x, graph.Permute(weight, 1, 0));
        return bias is null ? product : graph.Add(product, bias);
    }

    /// <summary>The table of an embedding, whose property gives another tensor each time.</summary>
    public static OnnxValue WeightOf(this OnnxGraph graph, Embedding embedding) => graph.State(embedding.get_parameter("weight")!);

    /// <summary>Normalizes over the last dimensions, as many as the weight has.</summary>
    public static OnnxValue LayerNorm(this OnnxGraph graph, OnnxValue x, OnnxValue weight, OnnxValue? bias, double epsilon) => graph.Add(
        "LayerNormalization",
        bias is null ? [x, weight] : [x, weight, bias],
        ("axis", (long)-weight.Rank), ("epsilon", epsilon));
}
