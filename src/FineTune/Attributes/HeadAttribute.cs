namespace FineTune;

/// <summary>Marks a part that starts from random weights: it trains in every phase.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class HeadAttribute : Attribute
{
    /// <summary>The learning rate of this member while the backbone is frozen; NaN leaves it to <c>Compile</c>.</summary>
    public double LearningRate { get; set; } = double.NaN;
}
