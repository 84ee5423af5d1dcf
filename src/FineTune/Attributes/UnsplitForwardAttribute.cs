namespace FineTune;

/// <summary>
/// Says why the forward pass of a model could not be cut into a frozen and a trainable half, or not inside one of its backbones.
/// Generated code states it, and rule FT1010 repeats it where <c>forward</c>, or the backbone, is written.
/// </summary>
/// <param name="obstacle">The expression that stands in the way, and why.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class UnsplitForwardAttribute(string obstacle) : Attribute
{
    /// <summary>The expression that stands in the way, and why.</summary>
    public string Obstacle { get; } = obstacle;

    /// <summary>The backbone before or after which the cut falls; null where there is no cut.</summary>
    public string? Backbone { get; set; }
}
