using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.Registration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT1009;

/// <summary>Keeps the modules in a <c>ModuleList</c> or a <c>ModuleDict</c>, where the rest of the file can stay as it is.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ModuleContainerCodeFix)), Shared]
public sealed class ModuleContainerCodeFix : CodeFixProvider
{
    private const string Title = "Keep the modules in a module";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnregisteredCollection, RuleIds.RoleWithoutModule];

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
            if (!diagnostic.Properties.TryGetValue(ModuleCollection.ContainerProperty, out var container)
                || container is null
                || root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || Parts(member) is not ({ } type, { } value)
                || Elements(value, container) is not { } elements)
            {
                continue;
            }

            var name = $"{container}<{diagnostic.Properties[ModuleCollection.ElementProperty]}>";
            var newType = SyntaxFactory.ParseTypeName(Qualify(model, type.SpanStart, name)).WithTriviaFrom(type);
            var newValue = SyntaxFactory
                .ParseExpression($"{QualifyFactory(model, value.SpanStart, name)}({string.Join(", ", elements)})")
                .WithTriviaFrom(value);
            var changed = context.Document.WithSyntaxRoot(root.ReplaceNodes([type, value], (old, _) => old == type ? newType : newValue));
            if (await HasNewErrors(changed, model, context.CancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(changed), Title), diagnostic);
        }
    }

    private static (TypeSyntax? Type, ExpressionSyntax? Value) Parts(MemberDeclarationSyntax member) =>
        member switch
        {
            FieldDeclarationSyntax { Declaration: { Variables: { Count: 1 } variables } declaration } => (
                declaration.Type,
                variables[0].Initializer?.Value),
            PropertyDeclarationSyntax property => (property.Type, property.Initializer?.Value),
            _ => (null, null),
        };

    /// <summary>The arguments that make the module hold the same; null where that cannot be seen.</summary>
    private static IReadOnlyList<string>? Elements(ExpressionSyntax value, string container)
    {
        switch (value)
        {
            case CollectionExpressionSyntax collection
                when container == "ModuleList" && collection.Elements.All(element => element is ExpressionElementSyntax):
                return [.. collection.Elements.Select(element => element.ToString())];
            case ArrayCreationExpressionSyntax { Initializer: { } initializer }:
                return Listed(initializer, container);
            case ImplicitArrayCreationExpressionSyntax { Initializer: var initializer }:
                return Listed(initializer, container);
            case InitializerExpressionSyntax initializer:
                return Listed(initializer, container);
            case BaseObjectCreationExpressionSyntax { ArgumentList: null or { Arguments.Count: 0 } } creation:
                return creation.Initializer is null ? [] : Listed(creation.Initializer, container);
            default:
                return null;
        }
    }

    private static IReadOnlyList<string>? Listed(InitializerExpressionSyntax initializer, string container)
    {
        var elements = initializer
            .Expressions.Select(expression => container == "ModuleList" ? expression.ToString() : Pair(expression))
            .ToList();
        return elements.Contains(null) ? null : elements.ConvertAll(element => element!);
    }

    /// <summary><c>{ key, module }</c> or <c>[key] = module</c> as a tuple.</summary>
    private static string? Pair(ExpressionSyntax expression) =>
        expression switch
        {
            InitializerExpressionSyntax { Expressions: { Count: 2 } pair } => $"({pair[0]}, {pair[1]})",
            AssignmentExpressionSyntax { Left: ImplicitElementAccessSyntax { ArgumentList.Arguments: { Count: 1 } keys } } assignment =>
                $"({keys[0]}, {assignment.Right})",
            _ => null,
        };

    private static string Qualify(SemanticModel model, int position, string name) =>
        model.GetSpeculativeTypeInfo(position, SyntaxFactory.ParseTypeName(name), SpeculativeBindingOption.BindAsTypeOrNamespace).Type
            is { TypeKind: not TypeKind.Error }
            ? name
            : $"TorchSharp.Modules.{name}";

    private static string QualifyFactory(SemanticModel model, int position, string name) =>
        model
            .GetSpeculativeSymbolInfo(position, SyntaxFactory.ParseExpression($"{name}()"), SpeculativeBindingOption.BindAsExpression)
            .Symbol is IMethodSymbol
            ? name
            : $"TorchSharp.torch.nn.{name}";

    private static async Task<bool> HasNewErrors(Document changed, SemanticModel before, CancellationToken cancellation)
    {
        var after = await changed.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        return after is null || Errors(after) > Errors(before);

        int Errors(SemanticModel model) =>
            model.GetDiagnostics(cancellationToken: cancellation).Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }
}
