using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>What one body does, without what it calls, and what it calls.</summary>
/// <param name="Own">What its operations do: flags to which the survey gives their meaning.</param>
/// <param name="Compiles">Whether all of it does.</param>
/// <param name="IsConstructor">Whether an object comes about in it.</param>
/// <param name="Called">The methods that it calls, or makes into delegates, that may have a body in source and are looked into.</param>
/// <param name="Delegated">Those among them that it makes into delegates, for others to call at a time of their own.</param>
internal sealed record BodyEffects(
    ulong Own,
    bool Compiles,
    bool IsConstructor,
    IReadOnlyList<IMethodSymbol> Called,
    IReadOnlyList<IMethodSymbol> Delegated)
{
    public static readonly BodyEffects Nothing = new(0, Compiles: true, IsConstructor: false, [], []);

    /// <summary>What a constructor does together with one of the initializers that it runs.</summary>
    public BodyEffects With(BodyEffects initializer) =>
        new(
            Own | initializer.Own,
            Compiles && initializer.Compiles,
            IsConstructor: true,
            [.. Called, .. initializer.Called],
            [.. Delegated, .. initializer.Delegated]);
}
