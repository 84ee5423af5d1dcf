using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>Some samples of a dataset, in an order of one's own.</summary>
public class Subset : IDataset, IKnownTargets, IAugmented
{
    private readonly IDataset data;

    /// <summary>The samples of <paramref name="data"/> at <paramref name="indices"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of the dataset's.</exception>
    public Subset(IDataset data, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(indices);
        foreach (var index in indices)
        {
            if (index < 0 || index >= data.Count)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"Indices run from 0 to {data.Count - 1}.");
            }
        }

        this.data = data;
        Indices = [.. indices];
    }

    /// <summary>Which samples these are.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <inheritdoc/>
    public int Count => Indices.Count;

    /// <summary>That of the dataset, and which samples these are; null where the dataset has none.</summary>
    public string? Identity
    {
        get
        {
            if (data.Identity is not { } whole)
            {
                return null;
            }

            var identity = new Fingerprint("subset");
            identity.Add(whole);
            foreach (var index in Indices)
            {
                identity.Add((ulong)index);
            }

            return identity.ToString();
        }
    }

    /// <summary>That of the dataset.</summary>
    public string? Remark => data.Remark;

    /// <summary>That of the dataset.</summary>
    public Preprocessing? Preprocessing => data.Preprocessing;

    /// <inheritdoc/>
    public Sample Read(int index, Random random) => data.Read(Indices[index], random);

    /// <summary>What the dataset calls the sample.</summary>
    public string Describe(int index) => data.Describe(Indices[index]);

    string? IAugmented.Augmentation => (data as IAugmented)?.Augmentation;

    KnownTargets? IKnownTargets.Targets()
    {
        if ((data as IKnownTargets)?.Targets() is not { } all)
        {
            return null;
        }

        using var values = all.Values;
        var rowOf = all.Indices?.Select((index, row) => (index, row)).ToDictionary(pair => pair.index, pair => pair.row);
        int[] known = [.. Enumerable.Range(0, Count).Where(i => rowOf?.ContainsKey(Indices[i]) ?? true)];
        using var rows = tensor(Array.ConvertAll(known, i => (long)(rowOf?[Indices[i]] ?? Indices[i])));
        return known.Length == 0 ? null : new(values.Select(target => target.index_select(0, rows.to(target.device))), known);
    }
}
