namespace FineTune;

/// <summary>How the names in a weights file are matched with those of the backbone.</summary>
public sealed record LoadBackboneOptions
{
    /// <summary>
    /// Whether each tensor of the backbone must be in the file, and each of the file's in the backbone, heads aside.
    /// Without it, what has a partner is loaded and the report says what has none. Shapes must agree in any case.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Changes of the file's names, made in this order: each a regular expression and what takes the place of what
    /// it matches, as in <c>Rename = [(@"^encoder\.", "")]</c>. Lookarounds and references back into the pattern are not
    /// known: what remains takes a time that grows with the name only.
    /// </summary>
    public IReadOnlyList<(string Pattern, string Replacement)> Rename { get; init; } = [];
}
