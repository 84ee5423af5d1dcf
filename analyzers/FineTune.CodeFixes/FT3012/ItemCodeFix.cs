using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3012;

/// <summary>Adds the number instead of the tensor: <c>total += (double)loss.item&lt;float&gt;()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ItemCodeFix)), Shared]
public sealed class ItemCodeFix : SyntaxCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.KeptGraph];

    private protected override string Title => "Add the number";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node)
    {
        var added = node switch
        {
            AssignmentExpressionSyntax assignment when assignment.IsKind(SyntaxKind.AddAssignmentExpression) => assignment.Right,
            BinaryExpressionSyntax { Parent: AssignmentExpressionSyntax { Left: var sum } } binary => sum.ToString()
            == binary.Right.ToString()
                ? binary.Left
                : binary.Right,
            _ => null,
        };
        if (added is null)
        {
            return null;
        }

        var receiver =
            added.WithoutTrivia() is var plain
            && plain is IdentifierNameSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax
                ? plain
                : SyntaxFactory.ParenthesizedExpression(added.WithoutTrivia());
        return root.ReplaceNode(added, SyntaxFactory.ParseExpression($"(double){receiver}.item<float>()").WithTriviaFrom(added));
    }
}
