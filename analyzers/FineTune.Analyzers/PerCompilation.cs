using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers;

/// <summary>
/// What all rules know of a compilation, found out once and forgotten with it: an analyzer lives longer than a
/// compilation, and must not hold on to one.
/// </summary>
internal sealed class PerCompilation<T>(Func<Compilation, T> create)
{
    private readonly ConditionalWeakTable<Compilation, StrongBox<T>> known = new();

    public T Of(Compilation compilation) => known.GetValue(compilation, key => new(create(key))).Value!;
}
