using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT1007;

/// <summary>Calls <c>RegisterComponents</c> at the end of the constructor.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RegisterCodeFix)), Shared]
public sealed class RegisterCodeFix : SyntaxCodeFix
{
    private const string Call = "RegisterComponents();";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Registration];

    private protected override string Title => "Call RegisterComponents at the end";

    // A primary constructor has no body to call from.
    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node) =>
        node.FirstAncestorOrSelf<MemberDeclarationSyntax>() switch
        {
            ConstructorDeclarationSyntax { Body: { } body }
                when body.Statements.LastOrDefault() is not (ReturnStatementSyntax or ThrowStatementSyntax) => root.ReplaceNode(
                body,
                Append(body)),
            ConstructorDeclarationSyntax { ExpressionBody.Expression: not ThrowExpressionSyntax } constructor => root.ReplaceNode(
                constructor,
                constructor
                    .WithExpressionBody(null)
                    .WithSemicolonToken(default)
                    .WithBody(
                        Parse($"{{ {constructor.ExpressionBody!.Expression.WithoutTrivia()}; {Call} }}")
                            .WithTrailingTrivia(constructor.SemicolonToken.TrailingTrivia))),
            _ => null,
        };

    private static BlockSyntax Append(BlockSyntax body)
    {
        var close = body.CloseBraceToken;
        if (body.OpenBraceToken.GetLocation().GetLineSpan().StartLinePosition.Line
            == close.GetLocation().GetLineSpan().StartLinePosition.Line)
        {
            var line = SyntaxFactory.ParseStatement(Call).WithTrailingTrivia(SyntaxFactory.Space);
            return body.AddStatements(line);
        }

        // On a line of its own, as far to the right as the statement before it.
        var end = body.OpenBraceToken.TrailingTrivia.FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        var indent = body.Statements.LastOrDefault() is { } last
            ? last.GetLeadingTrivia().LastOrDefault(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).ToString()
            : close.LeadingTrivia.LastOrDefault(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)) + "    ";
        return body.AddStatements(SyntaxFactory.ParseStatement(indent + Call + end));
    }

    private static BlockSyntax Parse(string block) => (BlockSyntax)SyntaxFactory.ParseStatement(block);
}
