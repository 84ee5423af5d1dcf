using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT1006;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT1006;

/// <summary>Fine-tunes at a tenth of the head's rate.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(GentleRateCodeFix)), Shared]
public sealed class GentleRateCodeFix : EditCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.LearningRate];

    private protected override string Title => "Fine-tune at a tenth of the head's rate";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(LearningRateAnalyzer.GentleProperty, out var rate) && rate is not null
        && node.FirstAncestorOrSelf<AttributeSyntax>()?.ArgumentList?.Arguments.FirstOrDefault()?.Expression is { } stated
            ? root.ReplaceNode(stated, SyntaxFactory.ParseExpression(rate).WithTriviaFrom(stated))
            : null;
}
