using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Onnx;

/// <summary>
/// What the operators that are written compute, as ONNX's specification says (https://onnx.ai/onnx/operators, operator set 17), by
/// TorchSharp: a graph is computed while it is built, and so is known to compute what the model does.
/// </summary>
internal static class OnnxOperators
{
    public static Tensor Compute(OnnxNode node, Tensor[] x) => node.Operator switch
    {
        "Abs" => x[0].abs(),
        "Add" => x[0].add(x[1]),
        "AveragePool" => Averaged(node, x[0]),
        "BatchNormalization" => functional.batch_norm(x[0], x[3], x[4], x[1], x[2], false, 0, node.Attribute<double>("epsilon")),
        "Cast" => x[0].to_type(OnnxTypes.TypeOf(node.Attribute<long>("to"))),
        "Clip" => x[0].maximum(x[1]).minimum(x[2]),
        "Concat" => cat(x, node.Attribute<long>("axis")),
        "Conv" => Convolved(node, x),
        "Div" => x[0].div(x[1]),
        "Elu" => functional.elu(x[0], node.Attribute<double>("alpha")),
        "Equal" => x[0].eq(x[1]),
        "Erf" => x[0].erf(),
        "Exp" => x[0].exp(),
        "Expand" => x[0].expand(broadcast_shapes(x[0].shape, Longs(x[1]))),
        "Flatten" => x[0].reshape(x[0].shape.Take((int)node.Attribute<long>("axis")).Aggregate(1L, (product, size) => product * size), -1),
        "Gather" => Gathered(x[0], x[1], node.Attribute<long>("axis")),
        "Gemm" => x.Length > 2 ? functional.linear(x[0], x[1], x[2]) : functional.linear(x[0], x[1]),
        "GlobalAveragePool" => x[0].mean(Spatial(x[0]), keepdim: true),
        "GlobalMaxPool" => x[0].amax(Spatial(x[0]), keepdim: true),
        "Greater" => x[0].gt(x[1]),
        "HardSigmoid" => functional.hardsigmoid(x[0]),
        "HardSwish" => functional.hardswish(x[0]),
        "Identity" => x[0].alias(),
        "InstanceNormalization" => functional.instance_norm(x[0], null, null, x[1], x[2], true, 0, node.Attribute<double>("epsilon")),
        "LayerNormalization" => functional.layer_norm(
            x[0], x[1].shape, x[1], x.Length > 2 ? x[2] : null, node.Attribute<double>("epsilon")),
        "LeakyRelu" => functional.leaky_relu(x[0], node.Attribute<double>("alpha")),
        "Log" => x[0].log(),
        "LogSoftmax" => functional.log_softmax(x[0], node.Attribute<long>("axis")),
        "MatMul" => x[0].matmul(x[1]),
        "MaxPool" => MaxPooled(node, x[0]),
        "Mul" => x[0].mul(x[1]),
        "Neg" => x[0].neg(),
        "Not" => x[0].logical_not(),
        "PRelu" => x[0].maximum(zeros_like(x[0])).add(x[0].minimum(zeros_like(x[0])).mul(x[1])),
        "Pad" => functional.pad(x[0], Pads(x[1], (int)x[0].dim()), PaddingModes.Constant, x[2].ToDouble()),
        "ReduceMax" => x[0].amax(node.Attribute<long[]>("axes"), node.Attribute<long>("keepdims") == 1),
        "ReduceMin" => x[0].amin(node.Attribute<long[]>("axes"), node.Attribute<long>("keepdims") == 1),
        "ReduceMean" => x[0].mean(node.Attribute<long[]>("axes"), node.Attribute<long>("keepdims") == 1),
        "ReduceSum" => x[0].sum(Longs(x[1]), node.Attribute<long>("keepdims") == 1),
        "Relu" => x[0].relu(),
        "Reshape" => x[0].reshape([.. Longs(x[1]).Select((size, i) => size == 0 ? x[0].shape[i] : size)]),
        "Selu" => functional.selu(x[0]),
        "Shape" => tensor(x[0].shape),
        "Sigmoid" => x[0].sigmoid(),
        "Slice" => Sliced(x),
        "Softmax" => functional.softmax(x[0], node.Attribute<long>("axis")),
        "Softplus" => functional.softplus(x[0]),
        "Softsign" => x[0].div(x[0].abs().add(ones_like(x[0]))),
        "Sqrt" => x[0].sqrt(),
        "Squeeze" => Longs(x[1]).OrderDescending().Aggregate(x[0], (left, axis) => left.squeeze(axis)),
        "Sub" => x[0].sub(x[1]),
        "Tanh" => x[0].tanh(),
        "Transpose" => x[0].permute(node.Attribute<long[]>("perm")),
        "Unsqueeze" => Longs(x[1]).Order().Aggregate(x[0], (left, axis) => left.unsqueeze(axis)),
        "Where" => where(x[0], x[1], x[2]),
        _ => throw new NotSupportedException(node.Operator),
    };

    private static long[] Longs(Tensor values) => values.data<long>().ToArray();

    private static long[] Spatial(Tensor x) => [.. Enumerable.Range(2, (int)x.dim() - 2).Select(axis => (long)axis)];

    // ONNX says first how much before each dimension, then how much behind; here both are equal but for Pad.
    private static long[] Before(OnnxNode node)
    {
        var pads = node.Attribute<long[]>("pads");
        return pads[..(pads.Length / 2)];
    }

    private static Tensor Convolved(OnnxNode node, Tensor[] x)
    {
        var bias = x.Length > 2 ? x[2] : null;
        var (strides, pads, dilations) = (node.Attribute<long[]>("strides"), Before(node), node.Attribute<long[]>("dilations"));
        var groups = node.Attribute<long>("group");
        return strides.Length switch
        {
            1 => functional.conv1d(x[0], x[1], bias, strides[0], pads[0], dilations[0], groups),
            2 => functional.conv2d(x[0], x[1], bias, strides, pads, dilations, groups),
            _ => functional.conv3d(x[0], x[1], bias, strides, pads, dilations, groups),
        };
    }

    private static Tensor MaxPooled(OnnxNode node, Tensor x)
    {
        var (kernel, strides, pads) = (node.Attribute<long[]>("kernel_shape"), node.Attribute<long[]>("strides"), Before(node));
        var (dilations, ceil) = (node.Attribute<long[]>("dilations"), node.Attribute<long>("ceil_mode") == 1);
        return kernel.Length == 1
            ? functional.max_pool1d(x, kernel[0], strides[0], pads[0], dilations[0], ceil)
            : functional.max_pool2d(x, kernel, strides, pads, dilations, ceil);
    }

    private static Tensor Averaged(OnnxNode node, Tensor x)
    {
        var (kernel, strides, pads) = (node.Attribute<long[]>("kernel_shape"), node.Attribute<long[]>("strides"), Before(node));
        var counts = node.Attribute<long>("count_include_pad") == 1;
        return kernel.Length == 1
            ? functional.avg_pool1d(x, kernel[0], strides[0], pads[0], false, counts)
            : functional.avg_pool2d(x, kernel, strides, pads, false, counts);
    }

    private static Tensor Gathered(Tensor x, Tensor indices, long axis)
    {
        long[] shape = [.. x.shape.Take((int)axis), .. indices.shape, .. x.shape.Skip((int)axis + 1)];
        return x.index_select(axis, indices.reshape(-1)).reshape(shape);
    }

    private static Tensor Sliced(Tensor[] x)
    {
        var (starts, ends, axes, steps) = (Longs(x[1]), Longs(x[2]), Longs(x[3]), Longs(x[4]));
        return Enumerable.Range(0, axes.Length).Aggregate(x[0], (left, i) => left.slice(
            axes[i], starts[i], Math.Min(ends[i], left.shape[axes[i]]), steps[i]));
    }

    private static long[] Pads(Tensor pads, int rank)
    {
        var both = Longs(pads);
        return [.. Enumerable.Range(0, rank).Reverse().SelectMany(axis => (long[])[both[axis], both[axis + rank]])];
    }
}
