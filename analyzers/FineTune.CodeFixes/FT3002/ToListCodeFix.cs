using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3002;

/// <summary>Asks the query once, where the optimizer is built.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ToListCodeFix)), Shared]
public sealed class ToListCodeFix : SyntaxCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.LazyParameters];

    private protected override string Title => "Make a list";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node)
    {
        if ((node as ArgumentSyntax)?.Expression is not { } query && (query = node as ExpressionSyntax) is null)
        {
            return null;
        }

        var receiver = query is InvocationExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax
            ? query.WithoutTrivia()
            : SyntaxFactory.ParenthesizedExpression(query.WithoutTrivia());
        return root.ReplaceNode(query, SyntaxFactory.ParseExpression($"{receiver}.ToList()").WithTriviaFrom(query));
    }
}
