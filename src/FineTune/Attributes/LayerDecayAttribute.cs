namespace FineTune;

/// <summary>
/// Lower learning rates for earlier blocks (discriminative fine-tuning; Howard and Ruder, 2018): the backbone's last
/// block trains at the backbone's own rate, and each block before it at <see cref="Factor"/> times the next one's.
/// </summary>
/// <param name="factor">Above 0 and at most 1.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class LayerDecayAttribute(double factor) : Attribute
{
    /// <summary>How much lower each earlier block's rate is.</summary>
    public double Factor { get; } = factor;
}
