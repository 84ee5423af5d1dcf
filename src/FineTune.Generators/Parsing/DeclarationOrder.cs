using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>
/// The order in which a class declares its members. Over several files it is that of the paths: the order in
/// which the compiler is given the files must not change what is written.
/// </summary>
internal static class DeclarationOrder
{
    /// <summary>The fields and properties of a class, as declared.</summary>
    public static ImmutableArray<ISymbol> Of(INamedTypeSymbol type)
    {
        var members = type.GetMembers().Where(static member =>
            member is IFieldSymbol { IsImplicitlyDeclared: false } or IPropertySymbol { IsIndexer: false });

        return type.DeclaringSyntaxReferences.Length < 2
            ? [.. members]
            :
            [
                .. members
                    .OrderBy(static member => Place(member).Path, StringComparer.Ordinal)
                    .ThenBy(static member => Place(member).Start),
            ];
    }

    private static (string Path, int Start) Place(ISymbol member)
    {
        var declaration = member.DeclaringSyntaxReferences[0];
        return (declaration.SyntaxTree.FilePath, declaration.Span.Start);
    }
}
