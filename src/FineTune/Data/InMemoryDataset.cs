namespace FineTune.Data;

/// <summary>Samples that are already in memory: the rows of tensors, which stay the caller's to dispose of.</summary>
/// <example><code>new InMemoryDataset([ids, masks], labels)</code></example>
public sealed class InMemoryDataset : IDataset, IKnownTargets
{
    private readonly Tensors inputs;
    private readonly Tensors targets;

    /// <summary>A dataset of the rows of <paramref name="inputs"/> and <paramref name="targets"/>.</summary>
    /// <param name="inputs">One or several, each of shape [samples, …].</param>
    /// <param name="targets">One or several, each of shape [samples] or [samples, …].</param>
    /// <exception cref="ArgumentException">There is no input, one has no rows to speak of, or the numbers of rows differ.</exception>
    public InMemoryDataset(Tensors inputs, Tensors targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Count == 0)
        {
            throw new ArgumentException("A dataset needs at least one input.", nameof(inputs));
        }

        if (inputs.Concat(targets).Any(tensor => tensor.dim() == 0))
        {
            throw new ArgumentException(
                "A dataset needs inputs and targets with a first dimension that counts the samples, and one of them is a scalar.");
        }

        var count = inputs[0].shape[0];
        if (inputs.FirstOrDefault(input => input.shape[0] != count) is { } unlike)
        {
            throw new ArgumentException($"There are {count} of the first input but {unlike.shape[0]} of another; each sample needs all.");
        }

        if (targets.FirstOrDefault(target => target.shape[0] != count) is { } other)
        {
            throw new ArgumentException($"There are {count} inputs but {other.shape[0]} targets; each input needs one target.");
        }

        this.inputs = inputs;
        this.targets = targets;
        Count = checked((int)count);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>A hash of all rows as they are now.</summary>
    public string Identity
    {
        get
        {
            var identity = new Fingerprint("tensors");
            foreach (var tensor in inputs.Concat(targets))
            {
                identity.Add($"{tensor.dtype} [{string.Join(", ", tensor.shape)}]");
                for (var index = 0; index < Count; index++)
                {
                    using var row = tensor.select(0, index);
                    identity.Add(TensorHash.Of(row));
                }
            }

            return identity.ToString();
        }
    }

    /// <inheritdoc/>
    public Sample Read(int index, Random random) => new(Row(inputs, index), Row(targets, index));

    KnownTargets IKnownTargets.Targets() => new(targets.Select(target => target.detach()));

    private static Tensors Row(Tensors tensors, int index) => tensors.Select(tensor => tensor.select(0, index));
}
