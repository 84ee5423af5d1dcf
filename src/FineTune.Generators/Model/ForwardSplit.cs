namespace FineTune.Generators.Model;

/// <summary>What becomes of the class's <c>forward</c>.</summary>
/// <param name="Parameters">Its parameters.</param>
/// <param name="ResultType">Its result's type, fully qualified.</param>
/// <param name="WithFrozenBackbone">The halves while the whole backbone is frozen; null if they are those of
/// <paramref name="AtCut"/>.</param>
/// <param name="AtCut">The halves with the cut wherever the phase puts it inside the backbone.</param>
/// <param name="Obstacle">Why it cannot be split; null if it can.</param>
internal sealed record ForwardSplit(
    EquatableArray<ForwardParameter> Parameters,
    string ResultType,
    Halves? WithFrozenBackbone,
    Halves? AtCut,
    string? Obstacle)
{
    public static ForwardSplit Impossible(string obstacle) => new(new([]), "", null, null, obstacle);
}

/// <summary>A parameter of a forward pass.</summary>
/// <param name="Type">Its type, fully qualified.</param>
/// <param name="Name">Its name, escaped.</param>
internal sealed record ForwardParameter(string Type, string Name);
