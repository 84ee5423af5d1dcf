using static TorchSharp.torch;

namespace FineTune;

/// <summary>A batch whose samples were mixed with each other.</summary>
/// <param name="Batch">The batch, its targets those of the samples themselves; it owns its inputs alone.</param>
/// <param name="Partners">The row of the sample that each is mixed with.</param>
/// <param name="Share">The share that each has of itself; the rest is its partner's.</param>
internal sealed record Mixture(ModelBatch Batch, long[] Partners, double Share) : IDisposable
{
    /// <summary>What is wanted of the samples, and what of their partners.</summary>
    public MixedTargets Of(Tensors targets) => new(targets, targets.Select(OfPartners), Share);

    /// <summary>The rows of the partners.</summary>
    public Tensor OfPartners(Tensor rows)
    {
        using var partners = tensor(Partners, device: rows.device);
        return rows.index_select(0, partners);
    }

    public void Dispose() => Batch.Inputs!.Dispose();
}

/// <summary>Targets of two kinds, of which one counts by its share, the other by the rest.</summary>
internal sealed record MixedTargets(Tensors First, Tensors Second, double Share)
{
    /// <summary>Those of the larger share.</summary>
    public Tensors Larger => Share >= 0.5 ? First : Second;
}
