namespace FineTune;

/// <summary>
/// How many layers, counted from the start of the backbone, <c>UnfreezeFirst()</c> makes trainable: for inputs unlike
/// those of the pre-training, where the first layers have to learn anew what they see.
/// </summary>
/// <param name="count">The number of layers, at least 1, counted in forward order.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UnfreezeFirstAttribute(int count) : Attribute
{
    /// <summary>The number of layers that become trainable.</summary>
    public int Count { get; } = count;

    /// <summary>What counts as one layer.</summary>
    public LayerUnit Unit { get; set; } = LayerUnit.Layer;
}
