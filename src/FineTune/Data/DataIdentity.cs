using System.Globalization;
using TorchSharp;

namespace FineTune.Data;

/// <summary>What tells one dataset from another: its own identity, or how many samples it has and what some of them are.</summary>
internal static class DataIdentity
{
    private const int Looked = 8;

    public static string Of(IDataset data) =>
        string.Create(CultureInfo.InvariantCulture, $"{data.Count} samples ({data.Identity ?? OfSome(data)})");

    // Spread evenly. One that comes out another each time, by whatever is random about it, tells nothing.
    private static string OfSome(IDataset data)
    {
        var hash = new Fingerprint("samples");
        foreach (var index in Enumerable.Range(0, Looked).Select(i => (int)((long)i * data.Count / Looked)).Distinct())
        {
            var once = HashOf(data, index);
            hash.Add(once == HashOf(data, index) ? once : 0);
        }

        return hash.ToString()[..16];
    }

    private static ulong HashOf(IDataset data, int index)
    {
        using var scope = torch.NewDisposeScope();
        try
        {
            var sample = data.Read(index, new Random(0));
            return sample.Inputs.Concat(sample.Targets).Aggregate(0UL, (hash, tensor) => unchecked((hash * 31) + TensorHash.Of(tensor)));
        }
        catch (DamagedSampleException)
        {
            return 1;
        }
    }
}
