using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>How the cut of one sample, and its targets after it, lie in a cache: a row for each tensor.</summary>
internal sealed class FeatureLayout
{
    private readonly FeaturePart[] parts;
    private readonly int cutCount;

    private FeatureLayout(FeaturePart[] parts, int cutCount)
    {
        this.parts = parts;
        this.cutCount = cutCount;
    }

    /// <summary>The tensors of the cut, then the targets.</summary>
    public IReadOnlyList<FeaturePart> Parts => parts;

    /// <summary>The bytes of a sample.</summary>
    public long RowBytes => parts.Sum(part => part.RowBytes);

    /// <summary>Finds the rows by comparing the cut of one sample with that of two; null where there are none.</summary>
    public static FeatureLayout? Of(Tensor[] one, Tensor[] two, Tensors targets)
    {
        var parts = new List<FeaturePart>();
        foreach (var (single, pair) in one.Zip(two))
        {
            var differing = Enumerable
                .Range(0, (int)single.dim())
                .Where(dimension => pair.dim() == single.dim() && single.shape[dimension] != pair.shape[dimension])
                .ToList();
            if (differing is not [var batch] || single.shape[batch] != 1 || pair.shape[batch] != 2)
            {
                return null;
            }

            parts.Add(FeaturePart.Of(single, batch));
        }

        return new FeatureLayout([.. parts, .. targets.Select(target => FeaturePart.Of(target, 0))], one.Length);
    }

    /// <summary>The same with floating-point features kept in half precision.</summary>
    public FeatureLayout InHalfPrecision() =>
        new(
            [
                .. parts[..cutCount]
                    .Select(part =>
                        part.Type is ScalarType.Float32 or ScalarType.Float64 ? part with { StoredType = ScalarType.Float16 } : part),
                .. parts[cutCount..],
            ],
            cutCount);

    /// <summary>Whether a cut and its targets have the rows of this layout.</summary>
    public bool Fits(IReadOnlyList<Tensor> cut, Tensors targets, int samples) =>
        cut.Count == cutCount
        && cut.Count + targets.Count == parts.Length
        && cut.Concat(targets).Zip(parts).All(pair => pair.Second.Fits(pair.First, samples));

    /// <summary>The rows of a cut and its targets, on the CPU.</summary>
    public Tensor[] Rows(IReadOnlyList<Tensor> cut, Tensors targets) =>
        [.. RowsOfCut(cut), .. targets.Zip(parts[cutCount..], (tensor, part) => part.Rows(tensor))];

    /// <summary>The rows of a cut, on the CPU.</summary>
    public Tensor[] RowsOfCut(IReadOnlyList<Tensor> cut) => [.. cut.Zip(parts, (tensor, part) => part.Rows(tensor))];

    /// <summary>The cut that has these rows, and the targets.</summary>
    public (Tensor[] Cut, Tensors Targets) Whole(IReadOnlyList<Tensor> rows)
    {
        // Each batch comes this way: nothing but the arrays is made.
        var (cut, targets) = (new Tensor[cutCount], new Tensor[parts.Length - cutCount]);
        for (var i = 0; i < parts.Length; i++)
        {
            (i < cutCount ? ref cut[i] : ref targets[i - cutCount]) = parts[i].Whole(rows[i]);
        }

        return (cut, new(targets));
    }

    /// <summary>The layout in words, as a part of a key.</summary>
    public override string ToString() => string.Join("; ", parts.Select(part => part.ToString()));
}

/// <summary>One tensor of a cut.</summary>
/// <param name="Type">What its elements are.</param>
/// <param name="StoredType">What they are kept as.</param>
/// <param name="RowShape">The shape that belongs to one sample.</param>
/// <param name="BatchDimension">The dimension that counts samples.</param>
internal sealed record FeaturePart(ScalarType Type, ScalarType StoredType, long[] RowShape, int BatchDimension)
{
    public long RowBytes => RowShape.Aggregate(1L, (product, size) => product * size) * ElementSize.Of(StoredType);

    public static FeaturePart Of(Tensor tensor, int batchDimension) =>
        new(tensor.dtype, tensor.dtype, tensor.transpose(0, batchDimension).shape[1..], batchDimension);

    public bool Fits(Tensor tensor, int samples)
    {
        if (tensor.dtype != Type || tensor.dim() != RowShape.Length + 1)
        {
            return false;
        }

        var shape = tensor.shape;
        (shape[0], shape[BatchDimension]) = (shape[BatchDimension], shape[0]);
        return shape[0] == samples && shape.AsSpan(1).SequenceEqual(RowShape);
    }

    public Tensor Rows(Tensor tensor) => tensor.detach().transpose(0, BatchDimension).cpu().to_type(StoredType).contiguous();

    public Tensor Whole(Tensor rows)
    {
        if (StoredType != Type)
        {
            rows = rows.to_type(Type);
        }

        return BatchDimension == 0 ? rows : rows.transpose(0, BatchDimension).contiguous();
    }

    public override string ToString() => $"{Type} as {StoredType} [{string.Join(", ", RowShape)}] by {BatchDimension}";
}
