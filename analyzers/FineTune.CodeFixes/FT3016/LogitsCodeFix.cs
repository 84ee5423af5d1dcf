using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3016;

/// <summary>
/// Hands the loss what the activation is given: <c>cross_entropy(logits, y)</c> for <c>cross_entropy(softmax(logits, 1), y)</c>.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LogitsCodeFix)), Shared]
public sealed class LogitsCodeFix : EditCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.DoubleActivation];

    private protected override string Title => "Hand the loss the logits";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic)
    {
        if (diagnostic.AdditionalLocations.Count != 2
            || ExpressionAt(root, diagnostic.AdditionalLocations[0]) is not { } activated
            || ExpressionAt(root, diagnostic.AdditionalLocations[1]) is not { } logits)
        {
            return null;
        }

        return root.ReplaceNode(activated, logits.WithTriviaFrom(activated));
    }

    private static ExpressionSyntax? ExpressionAt(SyntaxNode root, Location location)
    {
        var node = location.SourceTree?.FilePath == root.SyntaxTree.FilePath && root.FullSpan.Contains(location.SourceSpan)
            ? root.FindNode(location.SourceSpan, getInnermostNodeForTie: true)
            : null;
        return (node as ArgumentSyntax)?.Expression ?? node as ExpressionSyntax;
    }
}
