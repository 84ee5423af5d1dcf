using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>Samples that are already in memory: the rows of two tensors, which stay the caller's to dispose of.</summary>
public sealed class InMemoryDataset : IDataset, IKnownTargets
{
    private readonly Tensor inputs;
    private readonly Tensor targets;

    /// <summary>A dataset of the rows of <paramref name="inputs"/> and <paramref name="targets"/>.</summary>
    /// <param name="inputs">Of shape [samples, …].</param>
    /// <param name="targets">Of shape [samples] or [samples, …].</param>
    /// <exception cref="ArgumentException">One has no rows to speak of, or the numbers of rows differ.</exception>
    public InMemoryDataset(Tensor inputs, Tensor targets)
    {
        if (inputs.dim() == 0 || targets.dim() == 0)
        {
            throw new ArgumentException(
                "A dataset needs inputs and targets with a first dimension that counts the samples, and one of them is a scalar.");
        }

        if (inputs.shape[0] != targets.shape[0])
        {
            throw new ArgumentException($"There are {inputs.shape[0]} inputs but {targets.shape[0]} targets; each input needs one target.");
        }

        this.inputs = inputs;
        this.targets = targets;
        Count = checked((int)inputs.shape[0]);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>A hash of all rows as they are now.</summary>
    public string Identity
    {
        get
        {
            var identity = new Fingerprint("tensors");
            foreach (var tensor in (ReadOnlySpan<Tensor>)[inputs, targets])
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
    public Sample Read(int index, Random random) => new(inputs.select(0, index), targets.select(0, index));

    KnownTargets IKnownTargets.Targets() => new(targets.detach());
}
