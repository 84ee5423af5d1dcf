namespace FineTune;

/// <summary>A sum of losses and of what each counts: means over batches of unequal size are exact.</summary>
internal record struct WeightedSum(double Sum, double Weight)
{
    public readonly double Mean => Sum / Weight;

    public static WeightedSum operator +(WeightedSum left, WeightedSum right) =>
        new(left.Sum + right.Sum, left.Weight + right.Weight);
}
