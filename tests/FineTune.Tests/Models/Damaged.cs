using FineTune.Data;

namespace FineTune.Tests.Models;

/// <summary>Data of which some samples cannot be read.</summary>
internal sealed class Damaged(IDataset data, params int[] damaged) : IDataset
{
    public int Count => data.Count;

    public Sample Read(int index, Random random) => damaged.Contains(index)
        ? throw new DamagedSampleException($"sample {index} is damaged.")
        : data.Read(index, random);
}
