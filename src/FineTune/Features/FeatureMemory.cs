using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Rows in memory, one tensor for each part of the layout. The system gives the pages out as they are filled.</summary>
internal sealed class FeatureMemory : FeatureStore
{
    private readonly Tensor[] parts;
    private readonly bool[] known;

    // As long as the batches, of which all but the last have the same length.
    private long[] numbers = [];

    public FeatureMemory(FeatureLayout layout, int count)
    {
        Layout = layout;
        known = new bool[count];
        Bytes = layout.RowBytes * count;
        parts = [.. layout.Parts.Select(part => torch.empty([count, .. part.RowShape], part.StoredType).DetachFromDisposeScope())];
    }

    public override FeatureStorage Kind => FeatureStorage.Memory;

    public override long Bytes { get; }

    public override FeatureLayout Layout { get; }

    public override bool Has(int index) => known[index];

    public override void Put(IReadOnlyList<int> indices, IReadOnlyList<Tensor> rows)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var where = Where(indices);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i].index_copy_(0, where, rows[i]);
        }

        foreach (var index in indices)
        {
            known[index] = true;
        }
    }

    public override Tensor[] Take(IReadOnlyList<int> indices)
    {
        using var where = Where(indices);
        var rows = new Tensor[parts.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = parts[i].index_select(0, where);
        }

        return rows;
    }

    public override void Dispose() => Array.ForEach(parts, part => part.Dispose());

    private Tensor Where(IReadOnlyList<int> indices)
    {
        Array.Resize(ref numbers, indices.Count);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = indices[i];
        }

        return torch.tensor(numbers);
    }
}
