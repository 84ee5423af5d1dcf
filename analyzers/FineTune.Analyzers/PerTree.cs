using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers;

/// <summary>
/// What a rule knows of a file by its text alone, found out once and forgotten with it: of two compilations that differ in one
/// file, all the others are the same.
/// </summary>
internal sealed class PerTree<T>(Func<SyntaxTree, T> create)
{
    private readonly ConditionalWeakTable<SyntaxTree, StrongBox<T>> known = new();

    public T Of(SyntaxTree tree) => known.GetValue(tree, key => new(create(key))).Value!;
}
