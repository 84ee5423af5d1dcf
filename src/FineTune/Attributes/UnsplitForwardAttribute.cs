namespace FineTune;

/// <summary>
/// Says why the forward pass of a model could not be cut into a frozen and a trainable half. Generated code states it,
/// and rule FT1010 repeats it where <c>forward</c> is written.
/// </summary>
/// <param name="obstacle">The expression that stands in the way, and why.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class UnsplitForwardAttribute(string obstacle) : Attribute
{
    /// <summary>The expression that stands in the way, and why.</summary>
    public string Obstacle { get; } = obstacle;
}
