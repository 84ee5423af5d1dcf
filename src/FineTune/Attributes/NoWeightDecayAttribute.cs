namespace FineTune;

/// <summary>
/// Keeps weight decay away from biases and from the scales and shifts of normalization layers, in a whole model or in
/// one of its members, whatever the optimizer says.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class NoWeightDecayAttribute : Attribute;
