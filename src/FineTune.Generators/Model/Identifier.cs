using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Model;

/// <summary>Writes names so that one that is also a keyword stays a name.</summary>
internal static class Identifier
{
    /// <summary>The name of a member, a local or a type parameter.</summary>
    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    /// <summary>The name of a type or a namespace, where contextual keywords (<c>record</c>, <c>file</c>) count too.</summary>
    public static string EscapeType(string name) =>
        SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : Escape(name);
}
