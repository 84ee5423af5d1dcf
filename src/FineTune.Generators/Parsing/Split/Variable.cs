namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// One value that a local or a parameter has in the course of a forward pass. A second assignment is a second
/// variable: statements of the two halves move past each other, and must not see each other's assignments.
/// </summary>
/// <param name="name">Its name in the halves.</param>
/// <param name="half">Which half computes it.</param>
/// <param name="isTensor">Whether it is a tensor, and so can be part of the cut.</param>
internal sealed class Variable(string name, Half half, bool isTensor)
{
    public string Name { get; } = name;

    public Half Half { get; } = half;

    public bool IsTensor { get; } = isTensor;
}

/// <summary>Which half of a forward pass computes a value.</summary>
internal enum Half
{
    /// <summary>Both: it depends on no tensor.</summary>
    Both,

    /// <summary>The first.</summary>
    Frozen,

    /// <summary>The second.</summary>
    Trainable,
}
