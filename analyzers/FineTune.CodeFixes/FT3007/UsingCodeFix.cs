using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3007;

/// <summary>Holds the scope to the end of the block: <c>using var _ = torch.no_grad();</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UsingCodeFix)), Shared]
public sealed class UsingCodeFix : SyntaxCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.DiscardedScope];

    private protected override string Title => "Hold the scope with 'using var'";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node) =>
        node.FirstAncestorOrSelf<StatementSyntax>() switch
        {
            ExpressionStatementSyntax { Parent: BlockSyntax block } statement => root.ReplaceNode(statement, Held(statement, block)),
            LocalDeclarationStatementSyntax { Declaration.Variables.Count: 1, UsingKeyword.RawKind: 0, Parent: BlockSyntax block } held =>
                Hold(root, held, block),
            _ => null,
        };

    private static StatementSyntax Held(ExpressionStatementSyntax statement, BlockSyntax block)
    {
        var taken = new HashSet<string>(block.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.DescendantTokens()
            .Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText) ?? []);
        var name = "_";
        for (var i = 2; taken.Contains(name); i++)
        {
            name = "_" + i;
        }

        var expression = (statement.Expression as AssignmentExpressionSyntax)?.Right ?? statement.Expression;
        return SyntaxFactory.ParseStatement($"using var {name} = {expression.WithoutTrivia()};").WithTriviaFrom(statement);
    }

    /// <summary>Holds what a variable holds. Where it is disposed by hand, that would have to go, and its place may be meant.</summary>
    private static SyntaxNode? Hold(SyntaxNode root, LocalDeclarationStatementSyntax statement, BlockSyntax block)
    {
        var name = statement.Declaration.Variables[0].Identifier.ValueText;
        var disposals = block
            .DescendantNodes()
            .OfType<InvocationExpressionSyntax>()
            .Where(call =>
                call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Dispose" } access
                && access.Expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(used => used.Identifier.ValueText == name))
            .ToList();
        var held = statement
            .WithoutLeadingTrivia()
            .WithUsingKeyword(SyntaxFactory.Token(SyntaxKind.UsingKeyword).WithTrailingTrivia(SyntaxFactory.Space))
            .WithLeadingTrivia(statement.GetLeadingTrivia());
        if (disposals.Count == 0)
        {
            return root.ReplaceNode(statement, held);
        }

        if (disposals.Count > 1 || disposals[0].Parent is not ExpressionStatementSyntax last || last != block.Statements.Last())
        {
            return null;
        }

        return root.ReplaceNode(
            block,
            block.WithStatements(SyntaxFactory.List(
                block.Statements.Where(other => other != last).Select(other => other == statement ? held : other))));
    }
}
