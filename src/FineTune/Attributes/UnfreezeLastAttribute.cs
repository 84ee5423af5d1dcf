namespace FineTune;

/// <summary>How many layers, counted from the end of the backbone, <c>UnfreezeLast()</c> makes trainable.</summary>
/// <param name="count">The number of layers, at least 1, counted in forward order with the head excluded.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UnfreezeLastAttribute(int count) : Attribute
{
    /// <summary>The number of layers that become trainable.</summary>
    public int Count { get; } = count;

    /// <summary>What counts as one layer.</summary>
    public LayerUnit Unit { get; set; } = LayerUnit.Layer;
}
