using static TorchSharp.torch;

namespace FineTune;

/// <summary>The rows of a dataset's samples, as far as they are known.</summary>
internal abstract class FeatureStore : IDisposable
{
    /// <summary>Where it keeps them.</summary>
    public abstract FeatureStorage Kind { get; }

    /// <summary>The room that it takes when all are known.</summary>
    public abstract long Bytes { get; }

    /// <summary>Whether a sample's rows are known.</summary>
    public abstract bool Has(int index);

    /// <summary>What its rows consist of.</summary>
    public abstract FeatureLayout Layout { get; }

    /// <summary>Looks for rows that other processes have made known.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>Keeps rows: for each part of the layout a tensor of shape [samples, …].</summary>
    public abstract void Put(IReadOnlyList<int> indices, IReadOnlyList<Tensor> rows);

    /// <summary>The rows of samples that are all known, in the caller's dispose scope; null where one turns out damaged.</summary>
    public abstract Tensor[]? Take(IReadOnlyList<int> indices);

    public abstract void Dispose();
}
