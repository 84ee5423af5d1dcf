using FineTune.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// TorchSharp's modules, in evaluation mode, as nodes: a function for each class. Looked up by the very class, as one that derives from
/// it may compute something else.
/// </summary>
internal static class KnownModules
{
    private static readonly Dictionary<Type, Func<OnnxGraph, nn.Module, OnnxValue, OnnxValue>> Functions = new()
    {
        [typeof(Identity)] = static (_, _, x) => x,
        [typeof(Dropout)] = static (_, _, x) => x,
        [typeof(Dropout1d)] = static (_, _, x) => x,
        [typeof(Dropout2d)] = static (_, _, x) => x,
        [typeof(Dropout3d)] = static (_, _, x) => x,
        [typeof(AlphaDropout)] = static (_, _, x) => x,
        [typeof(FeatureAlphaDropout)] = static (_, _, x) => x,

        [typeof(ReLU)] = static (graph, _, x) => graph.Relu(x),
        [typeof(ReLU6)] = static (graph, _, x) => graph.Clip(x, 0, 6),
        [typeof(Sigmoid)] = static (graph, _, x) => graph.Sigmoid(x),
        [typeof(Tanh)] = static (graph, _, x) => graph.Tanh(x),
        [typeof(SiLU)] = static (graph, _, x) => graph.SiLU(x),
        [typeof(Mish)] = static (graph, _, x) => graph.Mish(x),
        [typeof(SELU)] = static (graph, _, x) => graph.Add("Selu", [x]),
        [typeof(Softsign)] = static (graph, _, x) => graph.Add("Softsign", [x]),
        [typeof(Hardswish)] = static (graph, _, x) => graph.Add("HardSwish", [x]),
        [typeof(Hardsigmoid)] = static (graph, _, x) => graph.Add("HardSigmoid", [x], ("alpha", 1.0 / 6), ("beta", 0.5)),
        [typeof(LogSigmoid)] = static (graph, _, x) => graph.Mul(graph.Add("Softplus", [graph.Mul(x, -1)]), -1),
        [typeof(GELU)] = Of<GELU>((graph, gelu, x) => gelu.approximate == GELU.Approximate.tanh ? graph.GeluOfTanh(x) : graph.Gelu(x)),
        [typeof(LeakyReLU)] = Of<LeakyReLU>((graph, leaky, x) => graph.Add("LeakyRelu", [x], ("alpha", leaky.negative_slope))),
        [typeof(ELU)] = Of<ELU>((graph, elu, x) => graph.Add("Elu", [x], ("alpha", elu.alpha))),
        [typeof(Softplus)] = Of<Softplus>((graph, plus, x) =>
            graph.Mul(graph.Add("Softplus", [graph.Mul(x, plus.beta)]), 1 / plus.beta)),
        [typeof(PReLU)] = Of<PReLU>((graph, module, x) =>
        {
            var slope = graph.State(module.weight!);
            return graph.Add("PRelu", [x, x.Rank > 2 ? graph.Reshape(slope, [-1, .. Enumerable.Repeat(1L, x.Rank - 2)]) : slope]);
        }),
        [typeof(Softmax)] = Of<Softmax>((graph, softmax, x) => graph.Softmax(x, softmax.dim)),
        [typeof(LogSoftmax)] = Of<LogSoftmax>((graph, softmax, x) => graph.Add("LogSoftmax", [x], ("axis", softmax.dim))),

        [typeof(Linear)] = Of<Linear>((graph, linear, x) =>
            graph.Linear(x, graph.State(linear.weight!), linear.bias is { } bias ? graph.State(bias) : null)),
        [typeof(Embedding)] = Of<Embedding>((graph, embedding, x) => graph.Add("Gather", [graph.WeightOf(embedding), x], ("axis", 0L))),
        [typeof(Conv1d)] = Convolution,
        [typeof(Conv2d)] = Convolution,
        [typeof(Conv3d)] = Convolution,

        [typeof(BatchNorm1d)] = BatchNormalization,
        [typeof(BatchNorm2d)] = BatchNormalization,
        [typeof(BatchNorm3d)] = BatchNormalization,
        [typeof(LayerNorm)] = Of<LayerNorm>((graph, norm, x) => graph.LayerNorm(
            x,
            norm.weight is { } weight ? graph.State(weight) : graph.Constant(ones(norm.normalized_shape)),
            norm.bias is { } bias ? graph.State(bias) : null,
            norm.eps)),
        [typeof(GroupNorm)] = Of<GroupNorm>(GroupNormalization),

        [typeof(MaxPool1d)] = Of<MaxPool1d>((graph, pool, x) => MaxPool(
            graph, x, [pool.kernel_size], [pool.stride ?? pool.kernel_size], [pool.padding ?? 0], [pool.dilation ?? 1], pool.ceil_mode)),
        [typeof(MaxPool2d)] = Of<MaxPool2d>((graph, pool, x) => MaxPool(
            graph,
            x,
            Two(pool.kernel_size),
            Two(pool.stride is { Length: > 0 } ? pool.stride : pool.kernel_size),
            Two(pool.padding is { Length: > 0 } ? pool.padding : [0]),
            Two(pool.dilation is { Length: > 0 } ? pool.dilation : [1]),
            pool.ceil_mode)),
        [typeof(AvgPool1d)] = Of<AvgPool1d>((graph, pool, x) => AveragePool(
            graph, pool, x, [pool.kernel_size], [pool.stride ?? pool.kernel_size], [pool.padding ?? 0], pool.ceil_mode,
            pool.count_include_pad)),
        [typeof(AvgPool2d)] = Of<AvgPool2d>((graph, pool, x) => AveragePool(
            graph,
            pool,
            x,
            Two(pool.kernel_size),
            Two(pool.stride is { Length: > 0 } ? pool.stride : pool.kernel_size),
            Two(pool.padding is { Length: > 0 } ? pool.padding : [0]),
            pool.ceil_mode || pool.divisor_override is not null,
            pool.count_include_pad)),
        [typeof(AdaptiveAvgPool1d)] = Of<AdaptiveAvgPool1d>((graph, pool, x) => AdaptiveAverage(graph, x, [pool.output_size])),
        [typeof(AdaptiveAvgPool2d)] = Of<AdaptiveAvgPool2d>((graph, pool, x) => AdaptiveAverage(graph, x, Two(pool.output_size))),
        [typeof(AdaptiveMaxPool1d)] = Of<AdaptiveMaxPool1d>((graph, pool, x) => AdaptiveMax(graph, pool, x, [pool.output_size])),
        [typeof(AdaptiveMaxPool2d)] = Of<AdaptiveMaxPool2d>((graph, pool, x) => AdaptiveMax(graph, pool, x, Two(pool.output_size))),

        [typeof(Flatten)] = Of<Flatten>((graph, flatten, x) => Flattened(graph, x, flatten.start_dim, flatten.end_dim)),
        [typeof(Unflatten)] = Of<Unflatten>((graph, unflatten, x) =>
            graph.ReshapeTo(x, [.. x.Samples.Select(sample => Unflattened(sample, unflatten.dim, unflatten.unflattened_size))])!),
    };

    /// <summary>What a module computes; null for a class that is not known.</summary>
    public static OnnxValue? Add(OnnxGraph graph, nn.Module module, OnnxValue x) =>
        Functions.TryGetValue(module.GetType(), out var function) ? function(graph, module, x) : null;

    private static Func<OnnxGraph, nn.Module, OnnxValue, OnnxValue> Of<T>(Func<OnnxGraph, T, OnnxValue, OnnxValue> function)
        where T : nn.Module => (graph, module, x) => function(graph, (T)module, x);

    private static long[] Two(long[] sizes) => sizes is [var size] ? [size, size] : sizes;

    private static FineTuneException Unknown(OnnxGraph graph, nn.Module module, string what) => new(
        $"'{graph.Path}' ({module.GetType().Name}) cannot be exported to ONNX: {what}.");

    private static OnnxValue Convolution(OnnxGraph graph, nn.Module module, OnnxValue x)
    {
        var convolution = (Convolution)module;
        if (convolution.padding_mode != PaddingModes.Zeros)
        {
            throw Unknown(graph, module, $"it pads by {convolution.padding_mode}, and only zeros are known");
        }

        var kernel = convolution.kernel_size;
        var dilations = PerDimension(convolution.dilation, kernel.Length, 1);
        var padding = convolution.padding_type switch
        {
            TorchSharp.Padding.Same => kernel.Zip(dilations, (size, dilation) => (size - 1) * dilation is var total && total % 2 == 0
                ? total / 2
                : throw Unknown(graph, module, "it pads one side more than the other")).ToArray(),
            TorchSharp.Padding.Valid => new long[kernel.Length],
            _ => PerDimension(convolution.padding, kernel.Length, 0),
        };
        List<OnnxValue> inputs = [x, graph.State(convolution.weight!)];
        if (convolution.bias is { } bias)
        {
            inputs.Add(graph.State(bias));
        }

        return graph.Add(
            "Conv",
            inputs,
            ("dilations", dilations),
            ("group", convolution.groups),
            ("kernel_shape", kernel),
            ("pads", (long[])[.. padding, .. padding]),
            ("strides", PerDimension(convolution.stride, kernel.Length, 1)));
    }

    private static long[] PerDimension(long[]? sizes, int count, long otherwise) => sizes switch
    {
        null or [] => [.. Enumerable.Repeat(otherwise, count)],
        [var size] => [.. Enumerable.Repeat(size, count)],
        _ => sizes,
    };

    private static OnnxValue BatchNormalization(OnnxGraph graph, nn.Module module, OnnxValue x)
    {
        var norm = (NormBase)module;
        if (norm.running_mean is not { } mean || norm.running_var is not { } variance)
        {
            throw Unknown(graph, module, "it keeps no running statistics, so that what it answers depends on the whole batch");
        }

        var scale = norm.weight is { } weight ? graph.State(weight) : graph.Constant(ones(norm.num_features));
        var shift = norm.bias is { } bias ? graph.State(bias) : graph.Constant(zeros(norm.num_features));
        return graph.Add("BatchNormalization", [x, scale, shift, graph.State(mean), graph.State(variance)], ("epsilon", norm.eps));
    }

    // Each group becomes a channel of its own.
    private static OnnxValue GroupNormalization(OnnxGraph graph, GroupNorm norm, OnnxValue x)
    {
        var groups = graph.Reshape(x, 0, norm.num_groups, -1);
        var (scale, shift) = (graph.Constant(ones(norm.num_groups)), graph.Constant(zeros(norm.num_groups)));
        var normalized = graph.Add("InstanceNormalization", [groups, scale, shift], ("epsilon", norm.eps));
        var back = graph.Reshape(normalized, [0, .. Enumerable.Range(1, x.Rank - 1).Select(dimension => x.Size(dimension))]);
        if (norm.weight is not { } weight || norm.bias is not { } bias)
        {
            return back;
        }

        long[] perChannel = [-1, .. Enumerable.Repeat(1L, x.Rank - 2)];
        return graph.Add(graph.Mul(back, graph.Reshape(graph.State(weight), perChannel)), graph.Reshape(graph.State(bias), perChannel));
    }

    private static OnnxValue MaxPool(
        OnnxGraph graph, OnnxValue x, long[] kernel, long[] strides, long[] padding, long[] dilations, bool ceil) => graph.Add(
        "MaxPool",
        [x],
        ("ceil_mode", ceil ? 1L : 0L),
        ("dilations", dilations),
        ("kernel_shape", kernel),
        ("pads", (long[])[.. padding, .. padding]),
        ("strides", strides));

    private static OnnxValue AveragePool(
        OnnxGraph graph, nn.Module module, OnnxValue x, long[] kernel, long[] strides, long[] padding, bool isOdd, bool countsPadding) =>
        isOdd
            ? throw Unknown(graph, module, "ceil_mode and divisor_override are not known")
            : graph.Add(
                "AveragePool",
                [x],
                ("count_include_pad", countsPadding ? 1L : 0L),
                ("kernel_shape", kernel),
                ("pads", (long[])[.. padding, .. padding]),
                ("strides", strides));

    private static OnnxValue AdaptiveAverage(OnnxGraph graph, OnnxValue x, long[] sizes)
    {
        if (sizes.All(size => size == 1))
        {
            return graph.Add("GlobalAveragePool", [x]);
        }

        // A mean over each window is a product with a matrix, for each dimension.
        var rows = sizes.Length == 2 ? graph.MatMul(graph.Constant(Windows(x.Size(-2), sizes[0])), x) : x;
        return graph.MatMul(rows, graph.Constant(Windows(x.Size(-1), sizes[^1]).transpose(0, 1).contiguous()));
    }

    /// <summary>[windows, size]: in each row, the weights of the window's mean.</summary>
    private static Tensor Windows(long size, long windows)
    {
        var weights = new float[windows, size];
        for (var window = 0; window < windows; window++)
        {
            var (start, end) = (window * size / windows, (((window + 1) * size) + windows - 1) / windows);
            for (var i = start; i < end; i++)
            {
                weights[window, i] = 1f / (end - start);
            }
        }

        return tensor(weights);
    }

    private static OnnxValue AdaptiveMax(OnnxGraph graph, nn.Module module, OnnxValue x, long[] sizes)
    {
        if (sizes.All(size => size == 1))
        {
            return graph.Add("GlobalMaxPool", [x]);
        }

        long[] from = [.. sizes.Select((_, i) => x.Size(i - sizes.Length))];
        if (from.Zip(sizes).Any(pair => pair.First % pair.Second != 0))
        {
            throw Unknown(graph, module, $"it divides {string.Join(" by ", from)} into windows of unequal size");
        }

        long[] kernel = [.. from.Zip(sizes, (size, windows) => size / windows)];
        return MaxPool(graph, x, kernel, kernel, new long[sizes.Length], [.. sizes.Select(_ => 1L)], ceil: false);
    }

    private static OnnxValue Flattened(OnnxGraph graph, OnnxValue x, long start, long end)
    {
        var (first, last) = ((int)(start < 0 ? start + x.Rank : start), (int)(end < 0 ? end + x.Rank : end));
        return first == 1 && last == x.Rank - 1
            ? graph.Add("Flatten", [x], ("axis", 1L))
            : graph.ReshapeTo(x, [.. x.Samples.Select(sample => sample.flatten(first, last).shape)])!;
    }

    private static long[] Unflattened(Tensor sample, long dimension, long[] sizes) =>
        sample.unflatten(dimension < 0 ? dimension + sample.dim() : dimension, sizes).shape;
}
