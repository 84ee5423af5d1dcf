using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3009;

/// <summary>Clears the gradients before the backward pass, or after the step where the pass stands elsewhere.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ZeroGradCodeFix)), Shared]
public sealed class ZeroGradCodeFix : SyntaxCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.MissingZeroGrad];

    private protected override string Title => "Call 'zero_grad'";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node)
    {
        if (node
                is not MemberAccessExpressionSyntax
                {
                    Name.Identifier.ValueText: "step",
                    Expression: IdentifierNameSyntax or MemberAccessExpressionSyntax or ThisExpressionSyntax
                } step
            || step.FirstAncestorOrSelf<ExpressionStatementSyntax>() is not { Parent: BlockSyntax block } statement
            || ((statement.Expression as AwaitExpressionSyntax)?.Expression ?? statement.Expression) is not InvocationExpressionSyntax)
        {
            return null;
        }

        var clear = SyntaxFactory.ParseStatement($"{step.Expression.WithoutTrivia()}.zero_grad();");
        var first = block.Statements.TakeWhile(candidate => candidate != statement).FirstOrDefault(IsBackward);
        if (first is null)
        {
            return root.InsertNodesAfter(
                statement,
                [clear.WithLeadingTrivia(Indentation(statement)).WithTrailingTrivia(statement.GetTrailingTrivia())]);
        }

        // What is said above the backward pass stays above both.
        return root.ReplaceNode(first, [
            clear.WithLeadingTrivia(first.GetLeadingTrivia()).WithTrailingTrivia(End(first)),
            first.WithLeadingTrivia(Indentation(first))]);
    }

    /// <summary>The end of the line where the statement ends one, a space where more follows on it.</summary>
    private static SyntaxTrivia End(StatementSyntax statement) =>
        statement.GetTrailingTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) is { RawKind: not 0 } end
            ? end
            : SyntaxFactory.Space;

    private static IEnumerable<SyntaxTrivia> Indentation(StatementSyntax statement) =>
        statement.GetLeadingTrivia().Reverse().TakeWhile(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).Reverse();

    private static bool IsBackward(StatementSyntax statement) =>
        statement
            is ExpressionStatementSyntax
        {
            Expression: InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "backward" }
            }
        };
}
