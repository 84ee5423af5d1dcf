using System.Text;
using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing;

/// <summary>Where a class is declared: what has to be opened to add a part to it, and what that part's file is called.</summary>
internal static class Declaration
{
    /// <summary>
    /// The declarations to open, outermost first: <c>partial class Outer&lt;T&gt;</c>. Null if one of them is not partial.
    /// </summary>
    public static EquatableArray<string>? Hierarchy(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var declarations = new List<string>();
        for (var current = type; current is not null; current = current.ContainingType)
        {
            if (current.IsFileLocal || !HasNames(current) || !IsPartial(current, cancellation) || Keyword(current) is not { } keyword)
            {
                return null;
            }

            var parameters = current.TypeParameters.Select(static parameter => Identifier.Escape(parameter.Name));
            var list = current.TypeParameters.IsEmpty ? "" : $"<{string.Join(", ", parameters)}>";
            declarations.Insert(0, $"partial {keyword} {Identifier.EscapeType(current.Name)}{list}");
        }

        return new(declarations);
    }

    // A name that is still to be typed is empty.
    private static bool HasNames(INamedTypeSymbol type) =>
        type.Name.Length > 0 && type.TypeParameters.All(static parameter => parameter.Name.Length > 0);

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellation) =>
        type.DeclaringSyntaxReferences.All(reference =>
            reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration
            && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string? Keyword(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Class, IsRecord: true } => "record",
        { TypeKind: TypeKind.Class } => "class",
        { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
        { TypeKind: TypeKind.Struct } => "struct",
        { TypeKind: TypeKind.Interface } => "interface",
        _ => null,
    };

    /// <summary>The namespace, escaped. Null where a part of the name is still to be typed.</summary>
    public static string? Namespace(INamedTypeSymbol type)
    {
        var parts = new List<string>();
        for (var current = type.ContainingNamespace; current is { IsGlobalNamespace: false }; current = current.ContainingNamespace)
        {
            parts.Insert(0, Identifier.EscapeType(current.Name));
        }

        return parts.Contains("") ? null : string.Join(".", parts);
    }

    /// <summary>The full metadata name, as in <c>Demo.Outer`1+Model.g.cs</c>.</summary>
    public static string HintName(INamedTypeSymbol type)
    {
        var name = new StringBuilder(FileName(type));
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            name.Insert(0, '+').Insert(0, FileName(outer));
        }

        for (var space = type.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
        {
            name.Insert(0, '.').Insert(0, FileName(space));
        }

        return name.Append(".g.cs").ToString();
    }

    // Names of files are the same in upper and lower case; of names that differ in nothing else, all but one get a number.
    private static string FileName(INamespaceOrTypeSymbol symbol)
    {
        var container = (INamespaceOrTypeSymbol?)symbol.ContainingType ?? symbol.ContainingNamespace;
        var before = container.GetMembers()
            .Where(member => member.Kind == symbol.Kind
                && string.Equals(member.MetadataName, symbol.MetadataName, StringComparison.OrdinalIgnoreCase)
                && string.CompareOrdinal(member.MetadataName, symbol.MetadataName) < 0)
            .Select(static member => member.MetadataName)
            .Distinct()
            .Count();
        return before == 0 ? symbol.MetadataName : $"{symbol.MetadataName}-{before + 1}";
    }
}
