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

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node)
    {
        if (node.FirstAncestorOrSelf<ExpressionStatementSyntax>() is not { Parent: BlockSyntax block } statement)
        {
            return null;
        }

        var taken = new HashSet<string>(block.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.DescendantTokens()
            .Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText) ?? []);
        var name = "_";
        for (var i = 2; taken.Contains(name); i++)
        {
            name = "_" + i;
        }

        var expression = (statement.Expression as AssignmentExpressionSyntax)?.Right ?? statement.Expression;
        var held = SyntaxFactory.ParseStatement($"using var {name} = {expression.WithoutTrivia()};").WithTriviaFrom(statement);
        return root.ReplaceNode(statement, held);
    }
}
