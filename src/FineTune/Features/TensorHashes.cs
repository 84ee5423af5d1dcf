using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Hashes of tensors that do not change while it remembers them.</summary>
internal sealed class TensorHashes
{
    private readonly Dictionary<Tensor, ulong> known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The hash of a tensor's bits.</summary>
    public ulong Of(Tensor tensor)
    {
        if (!known.TryGetValue(tensor, out var hash))
        {
            known.Add(tensor, hash = TensorHash.Of(tensor));
        }

        return hash;
    }

    /// <summary>Forgets them all: from now on, tensors may change.</summary>
    public void Forget() => known.Clear();
}
