using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT2001;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace FineTune.CodeFixes.FT2001;

/// <summary>Compiles again before the stale use: <c>compiled = model.Recompile();</c>, with what it was given before.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RecompileCodeFix)), Shared]
public sealed class RecompileCodeFix : CodeFixProvider
{
    private const string Title = "Recompile before this use";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.StaleCompilation];

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
            var use = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (diagnostic.Properties[StaleCompilationDomain.CompiledProperty] is not { } compiled
                || StatementOf(use, diagnostic) is not { } statement
                || !CanAssign(model, statement.SpanStart, compiled))
            {
                continue;
            }

            var source =
                diagnostic.Properties[StaleCompilationDomain.ModelProperty] is { } name && Resolves(model, statement.SpanStart, name)
                    ? name
                    : compiled;
            var arguments = RecompileArguments.Above(statement, model, source, compiled);
            context.RegisterCodeFix(
                CodeAction.Create(
                    Title,
                    _ => Task.FromResult(Insert(context.Document, root, statement, $"{compiled} = {source}.Recompile({arguments});")),
                    Title),
                diagnostic);
        }
    }

    /// <summary>The statement to recompile before: outside of the loops that the change is not in, so that it is done once.</summary>
    private static StatementSyntax? StatementOf(SyntaxNode use, Diagnostic diagnostic)
    {
        var statement = use.FirstAncestorOrSelf<StatementSyntax>();
        if (statement is null || use.FirstAncestorOrSelf<LambdaExpressionSyntax>() is { } lambda && lambda.SpanStart > statement.SpanStart)
        {
            return null;
        }

        if (diagnostic.Properties[StaleCompilationDomain.ChangedProperty] is not { } text)
        {
            return statement;
        }

        var changed = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        StatementSyntax? outermost = null;
        foreach (var loop in statement
            .AncestorsAndSelf()
            .TakeWhile(node => node is not (LocalFunctionStatementSyntax or LambdaExpressionSyntax)))
        {
            if (loop is not (ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax))
            {
                continue;
            }

            if (loop.Span.Contains(changed) || Declares(loop, diagnostic))
            {
                break;
            }

            outermost = (StatementSyntax)loop;
        }

        return outermost ?? statement;
    }

    private static bool Declares(SyntaxNode loop, Diagnostic diagnostic) =>
        loop.DescendantNodes().OfType<VariableDeclaratorSyntax>().Any(variable =>
            variable.Identifier.ValueText == diagnostic.Properties[StaleCompilationDomain.CompiledProperty]
            || variable.Identifier.ValueText == diagnostic.Properties[StaleCompilationDomain.ModelProperty]);

    private static bool CanAssign(SemanticModel model, int position, string name) => Find(model, position, name) switch
    {
        ILocalSymbol local => local is { IsUsing: false, IsForEach: false, IsConst: false },
        IParameterSymbol parameter => parameter.RefKind != RefKind.In,
        IFieldSymbol field => !field.IsReadOnly,
        IPropertySymbol property => property.SetMethod is { IsInitOnly: false },
        _ => false,
    };

    private static bool Resolves(SemanticModel model, int position, string name) =>
        name == "this" || Find(model, position, name) is not null;

    private static ISymbol? Find(SemanticModel model, int position, string name)
    {
        var expression = SyntaxFactory.ParseExpression(name);
        return expression.ContainsDiagnostics
            ? null
            : model.GetSpeculativeSymbolInfo(position, expression, SpeculativeBindingOption.BindAsExpression).Symbol;
    }

    private static Document Insert(Document document, SyntaxNode root, StatementSyntax statement, string text)
    {
        var inserted = SyntaxFactory.ParseStatement(text)
            .WithLeadingTrivia(statement.GetLeadingTrivia())
            .WithTrailingTrivia(EndOfLine(root))
            .WithAdditionalAnnotations(Formatter.Annotation);
        var pushed = statement.WithLeadingTrivia(
            statement.GetLeadingTrivia().Reverse().TakeWhile(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).Reverse());
        var changed = statement.Parent switch
        {
            BlockSyntax or SwitchSectionSyntax => root.ReplaceNode(statement, [inserted, pushed]),
            GlobalStatementSyntax global => root.ReplaceNode(
                global,
                [SyntaxFactory.GlobalStatement(inserted), global.WithStatement(pushed)]),
            _ => root.ReplaceNode(
                statement,
                SyntaxFactory.Block(inserted.WithoutLeadingTrivia(), pushed).WithAdditionalAnnotations(Formatter.Annotation)),
        };
        return document.WithSyntaxRoot(changed);
    }

    // That of the file: between top-level statements an elastic one would become an empty line.
    private static SyntaxTrivia EndOfLine(SyntaxNode root) =>
        root.DescendantTrivia().FirstOrDefault(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) is { RawKind: not 0 } found
            ? found
            : SyntaxFactory.LineFeed;
}
