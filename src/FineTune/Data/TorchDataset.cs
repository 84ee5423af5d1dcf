using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace FineTune.Data;

/// <summary>A dataset of TorchSharp's.</summary>
/// <typeparam name="T">What it has for a sample.</typeparam>
/// <typeparam name="TKey">What a tensor of a sample is found by.</typeparam>
internal sealed class TorchDataset<T, TKey> : IClassified
{
    private readonly Dataset<T> dataset;
    private readonly IReadOnlyList<TKey> inputs;
    private readonly IReadOnlyList<TKey> targets;
    private readonly Func<T, TKey, Tensor> part;
    private readonly bool isThreadSafe;
    private readonly Lazy<int[]> classNumbers;

    public TorchDataset(
        Dataset<T> dataset, IReadOnlyList<TKey> inputs, IReadOnlyList<TKey> targets, Func<T, TKey, Tensor> part,
        IReadOnlyList<string>? classes, bool isThreadSafe)
    {
        Count = dataset.Count <= int.MaxValue
            ? (int)dataset.Count
            : throw new FineTuneException($"The dataset has {dataset.Count} samples; expected {int.MaxValue} at most.");
        Classes = classes ?? [];
        this.dataset = dataset;
        this.inputs = [.. inputs];
        this.targets = [.. targets];
        this.part = part;
        this.isThreadSafe = isThreadSafe;
        classNumbers = new(ReadClassNumbers);
    }

    public int Count { get; }

    public IReadOnlyList<string> Classes { get; }

    public Sample Read(int index, Random random)
    {
        using var scope = NewDisposeScope();
        var sample = Get(index);
        return new(Parts(sample, inputs), Parts(sample, targets));
    }

    public int ClassOf(int index) => classNumbers.Value[index];

    private T Get(int index)
    {
        if (isThreadSafe)
        {
            return dataset.GetTensor(index);
        }

        lock (dataset)
        {
            return dataset.GetTensor(index);
        }
    }

    // Other names of the tensors, as whoever reads a sample disposes of it, and some of them are the dataset's own.
    private Tensors Parts(T sample, IReadOnlyList<TKey> keys) => new(
    [
        .. keys.Select(key =>
        {
            var tensor = part(sample, key);
            return tensor.IsInvalid
                ? throw new FineTuneException(
                    $"The dataset gave a tensor '{key}' that was disposed of. One that it keeps from an earlier call has to leave "
                        + "that call's dispose scope: tensor.DetachFromDisposeScope().")
                : tensor.alias().MoveToOuterDisposeScope();
        }),
    ]);

    private int[] ReadClassNumbers()
    {
        if (targets.Count == 0)
        {
            throw new FineTuneException("The dataset has no target, so nobody knows the class of a sample.");
        }

        return [.. Enumerable.Range(0, Count).Select(ReadClassNumber)];
    }

    private int ReadClassNumber(int index)
    {
        using var scope = NewDisposeScope();
        var target = part(Get(index), targets[0]);
        return target.numel() == 1
            ? (int)target.reshape([]).to_type(ScalarType.Int64).ToInt64()
            : throw new FineTuneException(
                $"The target '{targets[0]}' of sample {index} has the shape [{string.Join(", ", target.shape)}]; expected the number of a "
                    + "class. Leave the names of the classes out.");
    }
}
