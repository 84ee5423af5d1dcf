using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT3006;

/// <summary>Writes <c>call</c> for <c>forward</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CallCodeFix)), Shared]
public sealed class CallCodeFix : SyntaxCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ForwardInvoked];

    private protected override string Title => "Use 'call'";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node) =>
        node is IdentifierNameSyntax name
            ? root.ReplaceNode(
                name,
                name.WithIdentifier(SyntaxFactory.Identifier(name.Identifier.LeadingTrivia, "call", name.Identifier.TrailingTrivia)))
            : null;
}
