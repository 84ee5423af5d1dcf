using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing;

/// <summary>
/// What a compilation declares, bodies and our attributes left out. Compilations that differ in nothing else, as after most
/// keys in an editor, share one: a class whose own files did not change means the same in all of them.
/// </summary>
internal sealed class Declarations
{
    private static readonly ConditionalWeakTable<Compilation, Declarations> Known = new();

    private readonly object options;
    private readonly ImmutableArray<MetadataReference> references;
    private ImmutableArray<SyntaxTree> trees;

    private Declarations(Compilation compilation)
    {
        options = compilation.Options;
        references = [.. compilation.References];
        trees = [.. compilation.SyntaxTrees];
        Aliases = new HashSet<string>(trees.SelectMany(static tree => Candidate.Aliases(tree.GetRoot())));
    }

    /// <summary>The names that any file gives to types or namespaces.</summary>
    public ISet<string> Aliases { get; }

    /// <summary>Those of a compilation: the earlier ones, where it declares the same.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="earlier">Those of a compilation before it, if there was one.</param>
    public static Declarations Of(Compilation compilation, Func<Declarations?> earlier)
    {
        lock (Known)
        {
            if (Known.TryGetValue(compilation, out var known))
            {
                return known;
            }

            known = earlier() is { } before && before.AreThoseOf(compilation) ? before : new(compilation);
            Known.Add(compilation, known);
            return known;
        }
    }

    private bool AreThoseOf(Compilation compilation)
    {
        ImmutableArray<SyntaxTree> now = [.. compilation.SyntaxTrees];
        if (!options.Equals(compilation.Options) || now.Length != trees.Length || !references.SequenceEqual(compilation.References))
        {
            return false;
        }

        for (var i = 0; i < now.Length; i++)
        {
            if (now[i] != trees[i] && !DeclareTheSame(now[i], trees[i]))
            {
                return false;
            }
        }

        trees = now;
        return true;
    }

    private static bool DeclareTheSame(SyntaxTree one, SyntaxTree other) =>
        one.FilePath == other.FilePath
        && one.Options.Equals(other.Options)
        && SyntaxFactory.AreEquivalent(WithoutOurAttributes(one), WithoutOurAttributes(other), topLevel: true);

    // They matter to the class that they stand on and to those derived from it, which count the file among their own.
    private static SyntaxNode WithoutOurAttributes(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var ours = root.DescendantNodes().OfType<AttributeListSyntax>().Where(static list => list.Attributes.All(Candidate.IsOurs));
        return root.RemoveNodes(ours, SyntaxRemoveOptions.KeepNoTrivia)!;
    }
}
