using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT2008;

/// <summary>Takes the activation away where it is the last layer of a sequence, in whichever file that is.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(WithoutActivationCodeFix)), Shared]
public sealed class WithoutActivationCodeFix : CodeFixProvider
{
    private const string Title = "Let the head end with logits";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ActivatedHead];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (diagnostic.AdditionalLocations.Count != 2
                || diagnostic.AdditionalLocations[1] is not { SourceTree: { } tree } element
                || context.Document.Project.GetDocument(tree) is not { } document
                || await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
                || Without(root, root.FindNode(element.SourceSpan)) is not { } changed)
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(
                    Title,
                    _ => Task.FromResult(context.Document.Project.Solution.WithDocumentSyntaxRoot(document.Id, changed)),
                    Title),
                diagnostic);
        }
    }

    private static SyntaxNode? Without(SyntaxNode root, SyntaxNode layer) =>
        layer.FirstAncestorOrSelf<ArgumentSyntax>(argument => argument.Span == layer.Span) is { Parent: ArgumentListSyntax list } last
        && list.Arguments.Count > 1
        && last == list.Arguments[list.Arguments.Count - 1]
            ? root.ReplaceNode(list, list.WithArguments(list.Arguments.Remove(last)))
            : null;
}
