using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>What a pickle holds.</summary>
/// <param name="Value">The value.</param>
/// <param name="Length">The bytes it was read from.</param>
/// <param name="Storages">The storages that it refers to, by key.</param>
internal sealed record Pickle(object? Value, int Length, IReadOnlyDictionary<string, PickleStorage> Storages);

/// <summary>A dictionary in a pickle, in the order in which it was filled.</summary>
internal sealed class PickleDictionary
{
    public List<(object? Key, object? Value)> Items { get; } = [];
}

/// <summary>A list in a pickle.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A tuple in a pickle.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>One of the few names of Python that may stand in a pickle.</summary>
internal sealed record PickleGlobal(string Name, ScalarType? StorageType = null);

/// <summary>
/// Something that a name makes which is no part of a state dict: the settings of a training script, say. It is never made; where it
/// stands beside a state dict nobody needs it, and inside one it is refused by its name.
/// </summary>
/// <param name="Why">Why it is refused inside a state dict.</param>
internal sealed record PickleOpaque(string Why)
{
    public static PickleOpaque Named(string name) => new($"it names '{name}', which is no part of a state dict; nothing of it was "
        + $"executed");

    public PickleException Refused() => new(Why);
}

/// <summary>Elements that are stored apart from the pickle, under a key.</summary>
internal sealed record PickleStorage(string Key, ScalarType Type, long Count);

/// <summary>A view of a storage.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Whether it was made as PyTorch before 0.4 made parameters, which have a state of their own.</summary>
    public bool IsParameterOfOld { get; init; }
}
