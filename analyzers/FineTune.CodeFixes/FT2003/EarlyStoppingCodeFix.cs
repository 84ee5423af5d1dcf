using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT2003;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT2003;

/// <summary>Stops early: <c>Callbacks = [new EarlyStopping(patience: 2)]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(EarlyStoppingCodeFix)), Shared]
public sealed class EarlyStoppingCodeFix : EditCodeFix
{
    private const string Stopping = "new EarlyStopping(patience: 2)";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnwatchedFit];

    private protected override string Title => "Stop early, with a patience of 2";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.ContainsKey(UnwatchedFitAnalyzer.AddProperty)
            || InitializerOf(node.FirstAncestorOrSelf<InvocationExpressionSyntax>()) is not { Expressions.Count: > 0 } initializer)
        {
            return null;
        }

        return initializer
            .Expressions.OfType<AssignmentExpressionSyntax>()
            .FirstOrDefault(option => option.Left.ToString() == "Callbacks")
            ?.Right switch
        {
            null => root.ReplaceNode(
                initializer,
                initializer.WithExpressions(Append(initializer.Expressions, $"Callbacks = [{Stopping}]", initializer.OpenBraceToken))),
            CollectionExpressionSyntax list => root.ReplaceNode(
                list,
                SyntaxFactory
                    .ParseExpression(list.Elements.Count == 0 ? $"[{Stopping}]" : $"[{Text(list.Elements)}, {Stopping}]")
                    .WithTriviaFrom(list)),
            ArrayCreationExpressionSyntax { Initializer: { } array } => root.ReplaceNode(
                array,
                array.WithExpressions(Append(array.Expressions, Stopping, array.OpenBraceToken))),
            BaseObjectCreationExpressionSyntax { Initializer: { } list } => root.ReplaceNode(
                list,
                list.WithExpressions(Append(list.Expressions, Stopping, list.OpenBraceToken))),
            _ => null,
        };
    }

    private static InitializerExpressionSyntax? InitializerOf(InvocationExpressionSyntax? fit) =>
        fit
            ?.ArgumentList.Arguments.Select(argument =>
                argument.Expression switch
                {
                    BaseObjectCreationExpressionSyntax creation => creation.Initializer,
                    WithExpressionSyntax copy => copy.Initializer,
                    _ => null,
                })
            .LastOrDefault(initializer => initializer is not null);

    private static string Text(SeparatedSyntaxList<CollectionElementSyntax> elements) => elements.ToString().TrimEnd(',', ' ');

    /// <summary>One element more, on a line of its own where the others are.</summary>
    private static SeparatedSyntaxList<ExpressionSyntax> Append(
        SeparatedSyntaxList<ExpressionSyntax> elements,
        string text,
        SyntaxToken open)
    {
        var added = SyntaxFactory.ParseExpression(text);
        if (elements.Count == 0)
        {
            return elements.Add(added.WithTrailingTrivia(SyntaxFactory.Space));
        }

        var last = elements[elements.Count - 1];
        added = added.WithLeadingTrivia(last.GetLeadingTrivia());
        var nodes = elements.GetWithSeparators();
        if (elements.SeparatorCount == elements.Count)
        {
            return SyntaxFactory.SeparatedList<ExpressionSyntax>(nodes.Add(added).Add(elements.GetSeparator(elements.Count - 1)));
        }

        var isOnItsOwnLine = open.TrailingTrivia.Any(SyntaxKind.EndOfLineTrivia);
        var comma = SyntaxFactory
            .Token(SyntaxKind.CommaToken)
            .WithTrailingTrivia(isOnItsOwnLine ? open.TrailingTrivia : SyntaxFactory.TriviaList(SyntaxFactory.Space));
        return SyntaxFactory.SeparatedList<ExpressionSyntax>(
            nodes.Replace(last, last.WithoutTrailingTrivia()).Add(comma).Add(added.WithTrailingTrivia(last.GetTrailingTrivia())));
    }
}
