namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>What a module is made of, as far as the source says: enough to count its layers as the runtime does.</summary>
internal abstract record ModuleShape
{
    /// <summary>A module without modules below it.</summary>
    public sealed record Leaf(bool HasParameters) : ModuleShape;

    /// <summary>A <c>Sequential</c>: a stage whose parts are blocks.</summary>
    public sealed record Chain(IReadOnlyList<ModuleShape> Parts) : ModuleShape;

    /// <summary>A class of its own.</summary>
    /// <param name="Parts">Its modules.</param>
    /// <param name="IsResidual">Whether it adds its input to what it computes, so that it means something only as a whole.</param>
    public sealed record Class(IReadOnlyList<ModuleShape> Parts, bool IsResidual) : ModuleShape;
}
