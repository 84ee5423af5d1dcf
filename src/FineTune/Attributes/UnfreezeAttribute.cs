namespace FineTune;

/// <summary>Which layers of the backbone <c>Unfreeze()</c> makes trainable, by name.</summary>
/// <param name="patterns">
/// Names of layers or of what holds them, as in <c>layer4</c>; a <c>*</c> stands for any characters, as in
/// <c>layer3.*.conv2</c>. Each has to match a layer.
/// </param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UnfreezeAttribute(params string[] patterns) : Attribute
{
    /// <summary>The patterns.</summary>
    public IReadOnlyList<string> Patterns { get; } = patterns;
}
