namespace FineTune.Generators.Parsing.Split;

/// <summary>Ends a slicing whose subject cannot be split; it never leaves <see cref="ForwardParser"/>.</summary>
/// <param name="obstacle">The expression that stands in the way, and why.</param>
internal sealed class UnsplittableException(string obstacle) : Exception(obstacle);
