using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT2006;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT2006;

/// <summary>
/// Goes on counting where the Fit before ended: <c>InitialEpoch = previous.NextEpoch</c>. The last epoch moves along, so that as
/// many are trained as before.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InitialEpochCodeFix)), Shared]
public sealed class InitialEpochCodeFix : EditCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.EpochRestart];

    private protected override string Title => "Go on with the epochs of the Fit before";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.TryGetValue(EpochRestartAnalyzer.PreviousProperty, out var previous) || previous is null
            || node.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call)
        {
            return null;
        }

        var first = $"InitialEpoch = {previous}.NextEpoch";
        switch (call.ArgumentList.Arguments.Select(argument => argument.Expression).Skip(1).FirstOrDefault())
        {
            case null when call.ArgumentList.Arguments.Count == 1:
                var options = SyntaxFactory.ParseArgumentList($"(_, new() {{ {first}, Epochs = {previous}.NextEpoch + 1 }})").Arguments;
                var written = SyntaxFactory.SeparatedList<ArgumentSyntax>(
                    new SyntaxNodeOrToken[]
                    {
                        call.ArgumentList.Arguments[0],
                        SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space),
                        options[1],
                    });
                return root.ReplaceNode(call, call.WithArgumentList(call.ArgumentList.WithArguments(written)));
            case BaseObjectCreationExpressionSyntax { Initializer: null } creation:
                return root.ReplaceNode(
                    creation,
                    SyntaxFactory.ParseExpression($"{creation} {{ {first}, Epochs = {previous}.NextEpoch + 1 }}").WithTriviaFrom(creation));
            case BaseObjectCreationExpressionSyntax { Initializer: { Expressions.Count: > 0 } initializer }:
                return root.ReplaceNode(initializer, Continue(initializer, first, previous));
            default:
                return null;
        }
    }

    private static InitializerExpressionSyntax Continue(InitializerExpressionSyntax initializer, string first, string previous)
    {
        var stated = initializer
            .Expressions.OfType<AssignmentExpressionSyntax>()
            .FirstOrDefault(assignment => assignment.Left.ToString() == "Epochs");
        if (stated is not null)
        {
            var count = stated.Right
                is LiteralExpressionSyntax
                    or NameSyntax
                    or MemberAccessExpressionSyntax
                    or InvocationExpressionSyntax
                    or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression or (int)SyntaxKind.AddExpression }
                ? stated.Right.WithoutTrivia().ToString()
                : $"({stated.Right.WithoutTrivia()})";
            initializer = initializer.ReplaceNode(
                stated.Right,
                SyntaxFactory.ParseExpression($"{previous}.NextEpoch + {count}").WithTriviaFrom(stated.Right));
        }

        // In front, where a line that the first option stands on keeps its indentation.
        var leading = initializer.Expressions[0].GetLeadingTrivia();
        var separator = SyntaxFactory
            .Token(SyntaxKind.CommaToken)
            .WithTrailingTrivia(
                leading.Any(SyntaxKind.WhitespaceTrivia)
                    ? initializer.OpenBraceToken.TrailingTrivia
                    : SyntaxFactory.TriviaList(SyntaxFactory.Space));
        var nodes = initializer.Expressions.GetWithSeparators();
        nodes = nodes.Insert(0, separator).Insert(0, SyntaxFactory.ParseExpression(first).WithLeadingTrivia(leading));
        if (stated is null)
        {
            nodes = nodes
                .Insert(2, separator)
                .Insert(2, SyntaxFactory.ParseExpression($"Epochs = {previous}.NextEpoch + 1").WithLeadingTrivia(leading));
        }

        return initializer.WithExpressions(SyntaxFactory.SeparatedList<ExpressionSyntax>(nodes));
    }
}
