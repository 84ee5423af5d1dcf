namespace FineTune;

/// <summary>Marks a part that never trains, in no phase.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class FrozenAttribute : Attribute;
