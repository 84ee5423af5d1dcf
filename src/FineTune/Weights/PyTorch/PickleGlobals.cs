using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>The few names of Python that a state dict is made of, and what calling them means.</summary>
internal static class PickleGlobals
{
    private const int HighestRank = 64;

    private static readonly PickleGlobal OrderedDictionary = new("collections.OrderedDict");
    private static readonly PickleGlobal RebuildTensor = new("torch._utils._rebuild_tensor_v2");
    private static readonly PickleGlobal RebuildTensorOfOld = new("torch._utils._rebuild_tensor");
    private static readonly PickleGlobal ParameterOfOld = new("torch.nn.parameter.Parameter");
    private static readonly PickleGlobal RebuildParameter = new("torch._utils._rebuild_parameter");

    private static readonly Dictionary<string, PickleGlobal> All = new PickleGlobal[]
    {
        OrderedDictionary,
        RebuildTensor,
        RebuildTensorOfOld,
        RebuildParameter,
        ParameterOfOld,
        new("torch.BoolStorage", ScalarType.Bool),
        new("torch.ByteStorage", ScalarType.Byte),
        new("torch.CharStorage", ScalarType.Int8),
        new("torch.ShortStorage", ScalarType.Int16),
        new("torch.IntStorage", ScalarType.Int32),
        new("torch.LongStorage", ScalarType.Int64),
        new("torch.HalfStorage", ScalarType.Float16),
        new("torch.BFloat16Storage", ScalarType.BFloat16),
        new("torch.FloatStorage", ScalarType.Float32),
        new("torch.DoubleStorage", ScalarType.Float64),
        new("torch.ComplexFloatStorage", ScalarType.ComplexFloat32),
        new("torch.ComplexDoubleStorage", ScalarType.ComplexFloat64),
    }.ToDictionary(global => global.Name);

    public static object Named(string module, string name) =>
        All.TryGetValue($"{module}.{name}", out var global) ? global : PickleOpaque.Named($"{module}.{name}");

    /// <summary>What stands for a storage: ('storage', type, key, location, count), in older files with a view after it.</summary>
    public static PickleStorage Storage(object? id)
    {
        if (id is PickleTuple { Items: [_, PickleOpaque unknown, ..] })
        {
            throw unknown.Refused();
        }

        if (id
            is not PickleTuple { Items: ["storage", PickleGlobal { StorageType: { } type }, string key, string, long count, .. var view] })
        {
            throw new PickleException("it refers to something that is not a storage");
        }

        if (view is not ([] or [null]))
        {
            throw new PickleException($"storage {key} is a view of another, which only PyTorch before 0.4 wrote");
        }

        if (count < 0)
        {
            throw new PickleException($"storage {key} has {count} elements");
        }

        return new PickleStorage(key, type, count);
    }

    public static object? Call(object? function, object? arguments)
    {
        var items = (arguments as PickleTuple)?.Items ?? throw new PickleException("it calls something without arguments");
        if (function is PickleOpaque)
        {
            return function;
        }

        if (ReferenceEquals(function, OrderedDictionary) && items.Length == 0)
        {
            return new PickleDictionary();
        }

        if (ReferenceEquals(function, OrderedDictionary) && items is [PickleList pairs])
        {
            return Dictionary(pairs);
        }

        if (ReferenceEquals(function, RebuildTensor)
            && items is [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool, PickleDictionary])
        {
            return Tensor(storage, offset, Numbers(shape), Numbers(strides));
        }

        if (ReferenceEquals(function, RebuildTensorOfOld)
            && items is [PickleStorage data, long start, PickleTuple sizes, PickleTuple steps])
        {
            return Tensor(data, start, Numbers(sizes), Numbers(steps));
        }

        if (ReferenceEquals(function, ParameterOfOld) && items is [PickleTensor])
        {
            return Create(function, arguments);
        }

        if (ReferenceEquals(function, RebuildParameter) && items is [PickleTensor tensor, bool, PickleDictionary])
        {
            return tensor;
        }

        throw new PickleException(function is PickleGlobal global
            ? $"it calls '{global.Name}' with arguments that it does not take"
            : "it calls something that is not a name");
    }

    /// <summary>Makes an object of a class: a parameter, as PyTorch before 0.4 wrote it.</summary>
    public static object Create(object? type, object? arguments) =>
        type is PickleOpaque ? type
        : ReferenceEquals(type, ParameterOfOld) && arguments is PickleTuple { Items: [PickleTensor tensor] }
            ? tensor with
            {
                IsParameterOfOld = true,
            }
            : throw new PickleException(
                type is PickleGlobal global
                    ? $"it makes an object of '{global.Name}', which is no part of a state dict; nothing of it was executed"
                    : "it makes an object of something that is not a name");

    // Python 2 wrote the pairs of an OrderedDict as lists.
    private static PickleDictionary Dictionary(PickleList pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs.Items)
        {
            if (pair is not PickleList { Items: [var key, var value] })
            {
                throw new PickleException("it makes a dictionary of something that is not pairs");
            }

            dictionary.Items.Add((key, value));
        }

        return dictionary;
    }

    private static PickleTensor Tensor(PickleStorage storage, long offset, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > HighestRank)
        {
            throw new PickleException(
                $"{What()} has {shape.Length} sizes and {strides.Length} strides; expected as many of both, and at most {HighestRank}");
        }

        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw new PickleException($"{What()} has a negative number in it");
        }

        try
        {
            var count = shape.Aggregate(1L, (product, size) => checked(product * size));
            if (count == 0)
            {
                return new PickleTensor(storage, 0, shape, strides);
            }

            var last = shape
                .Zip(strides, (size, stride) => checked((size - 1) * stride))
                .Aggregate(offset, (sum, step) => checked(sum + step));
            if (last >= storage.Count)
            {
                throw new PickleException($"{What()} reaches beyond its {storage.Count} elements");
            }

            if (count / 100 > storage.Count)
            {
                throw new PickleException($"{What()} has more than 100 times as many elements as are stored");
            }
        }
        catch (OverflowException)
        {
            throw new PickleException($"{What()} overflows");
        }

        return new PickleTensor(storage, offset, shape, strides);

        string What() =>
            $"the tensor of shape [{string.Join(", ", shape)}] and strides [{string.Join(", ", strides)}] at {offset} of storage "
                + $"{storage.Key}";
    }

    private static long[] Numbers(PickleTuple tuple) =>
        [
            .. tuple.Items.Select(item =>
                item as long? ?? throw new PickleException("a tensor's shape has something in it that is not a number")),
        ];
}
