using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers;

/// <summary>The member that code stands in; of top-level statements that is the whole file, for they are one body.</summary>
internal static class EnclosingMember
{
    public static SyntaxNode? Of(SyntaxNode code) =>
        code.Ancestors().FirstOrDefault(node => node is MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax);
}
