using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing;

/// <summary>Tells by its syntax alone whether a type may be an annotated class.</summary>
internal static class Candidate
{
    private const string Suffix = "Attribute";

    private static readonly HashSet<string> Names = new(
        Annotations
            .All.Select(static name => name.Substring("FineTune.".Length))
            .SelectMany(static name => new[] { name, name.Substring(0, name.Length - Suffix.Length) }));

    /// <summary>Whether a node is a type with attributes on itself or on what it stores.</summary>
    public static bool MayBe(SyntaxNode node, CancellationToken cancellation) =>
        node is TypeDeclarationSyntax type && Attributes(type).Any();

    /// <summary>Whether one of the attributes has one of our names, or one that may be an alias.</summary>
    public static bool IsLikely(TypeDeclarationSyntax type, ISet<string> aliases) =>
        Attributes(type).Any(attribute => IsOurs(attribute) || aliases.Contains(NameOf(attribute)));

    /// <summary>Whether an attribute has one of our names.</summary>
    public static bool IsOurs(AttributeSyntax attribute) => Names.Contains(NameOf(attribute));

    /// <summary>The names that a file gives to types or namespaces, for itself or for all files.</summary>
    public static IEnumerable<string> Aliases(SyntaxNode root) => root
        .DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        .OfType<UsingDirectiveSyntax>()
        .Select(static directive => directive.Alias?.Name.Identifier.ValueText)
        .OfType<string>();

    private static IEnumerable<AttributeSyntax> Attributes(TypeDeclarationSyntax type) =>
        type.Members
            .Where(static member => member is FieldDeclarationSyntax or PropertyDeclarationSyntax)
            .SelectMany(static member => member.AttributeLists)
            .Concat(type.AttributeLists)
            .SelectMany(static list => list.Attributes);

    private static string NameOf(AttributeSyntax attribute) => attribute.Name switch
    {
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax qualified => qualified.Name.Identifier.ValueText,
        _ => "",
    };
}
