using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT2002;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT2002;

/// <summary>Assigns what was compiled to the variable that is used after: <c>compiled = model.Recompile();</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AssignCodeFix)), Shared]
public sealed class AssignCodeFix : CodeFixProvider
{
    private const string Title = "Assign what is compiled";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.DiscardedCompilation];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            var call = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true)
                .FirstAncestorOrSelf<InvocationExpressionSyntax>();
            if (call is null
                || diagnostic.Properties[DiscardedCompilationDomain.CompiledProperty] is not { } name
                || !CanAssign(model, call.SpanStart, name))
            {
                continue;
            }

            SyntaxNode discarded = call.Parent is AssignmentExpressionSyntax assignment ? assignment : call;
            var assigned = SyntaxFactory.ParseExpression($"{name} = {call.WithoutTrivia()}").WithTriviaFrom(discarded);
            context.RegisterCodeFix(
                CodeAction.Create(
                    Title,
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(discarded, assigned))),
                    Title),
                diagnostic);
        }
    }

    private static bool CanAssign(SemanticModel model, int position, string name)
    {
        var expression = SyntaxFactory.ParseExpression(name);
        return !expression.ContainsDiagnostics
            && model.GetSpeculativeSymbolInfo(position, expression, SpeculativeBindingOption.BindAsExpression).Symbol switch
            {
                ILocalSymbol local => local is { IsUsing: false, IsForEach: false, IsConst: false }
                    && local.Locations[0].SourceSpan.Start < position,
                IParameterSymbol parameter => parameter.RefKind != RefKind.In,
                IFieldSymbol field => !field.IsReadOnly,
                IPropertySymbol property => property.SetMethod is { IsInitOnly: false },
                _ => false,
            };
    }
}
