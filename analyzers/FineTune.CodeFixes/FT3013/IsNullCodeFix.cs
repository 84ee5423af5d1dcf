using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3013;

/// <summary>Asks with a pattern: <c>is null</c>, <c>is not null</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(IsNullCodeFix)), Shared]
public sealed class IsNullCodeFix : SyntaxCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.TensorComparedToNull];

    private protected override string Title => "Use 'is null'";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node)
    {
        // A comparison that is cast to bool becomes one without the cast.
        if (node.FirstAncestorOrSelf<BinaryExpressionSyntax>() is not { } comparison)
        {
            return null;
        }

        var tensor = IsNull(comparison.Right) ? comparison.Left : comparison.Right;
        var pattern = comparison.IsKind(SyntaxKind.EqualsExpression) ? "is null" : "is not null";
        if (comparison.Parent
            is not ParenthesizedExpressionSyntax
            {
                Parent: CastExpressionSyntax { Type: PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.BoolKeyword } } cast
            })
        {
            return null;
        }

        var asked = SyntaxFactory.ParseExpression($"{tensor.WithoutTrivia()} {pattern}");
        if (cast.Parent
            is not (
                EqualsValueClauseSyntax
                or IfStatementSyntax
                or ReturnStatementSyntax
                or ArgumentSyntax
                or ArrowExpressionClauseSyntax
                or WhileStatementSyntax))
        {
            asked = SyntaxFactory.ParenthesizedExpression(asked);
        }

        return root.ReplaceNode(cast, asked.WithTriviaFrom(cast));
    }

    private static bool IsNull(ExpressionSyntax operand) =>
        operand switch
        {
            LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.NullLiteralExpression)
                || literal.IsKind(SyntaxKind.DefaultLiteralExpression),
            CastExpressionSyntax cast => IsNull(cast.Expression),
            ParenthesizedExpressionSyntax parenthesized => IsNull(parenthesized.Expression),
            PostfixUnaryExpressionSyntax suppressed => IsNull(suppressed.Operand),
            DefaultExpressionSyntax => true,
            _ => false,
        };
}
