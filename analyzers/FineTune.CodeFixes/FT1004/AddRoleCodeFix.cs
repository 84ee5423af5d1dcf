using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT1004;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT1004;

/// <summary>Marks the member as a head, or as frozen: what has no role is not what was pre-trained.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddRoleCodeFix)), Shared]
public sealed class AddRoleCodeFix : CodeFixProvider
{
    private static readonly string[] Roles = ["Head", "Frozen"];

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Role];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.ContainsKey(RoleAnalyzer.MissingProperty)
                || root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || member is FieldDeclarationSyntax { Declaration.Variables.Count: > 1 })
            {
                continue;
            }

            foreach (var role in Roles)
            {
                var title = $"Mark it [{role}]";
                context.RegisterCodeFix(
                    CodeAction.Create(
                        title,
                        _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(member, Mark(member, role)))),
                        title),
                    diagnostic);
            }
        }
    }

    private static MemberDeclarationSyntax Mark(MemberDeclarationSyntax member, string role)
    {
        // Parsed, and not built: what is built may be put on a line of its own.
        var list = SyntaxFactory
            .ParseMemberDeclaration($"[{Qualifier(member)}{role}] int _;")!
            .AttributeLists[0]
            .WithLeadingTrivia(member.GetLeadingTrivia());
        var bare = member.WithLeadingTrivia();
        return bare.WithAttributeLists(bare.AttributeLists.Insert(0, list));
    }

    /// <summary>How the class writes the namespace in its other attributes.</summary>
    private static string Qualifier(MemberDeclarationSyntax member)
    {
        var names = member
            .FirstAncestorOrSelf<TypeDeclarationSyntax>()
            ?.DescendantNodesAndSelf()
            .OfType<AttributeSyntax>()
            .Select(attribute => attribute.Name.ToString());
        var qualified = names?.FirstOrDefault(name =>
            name.StartsWith("FineTune.", StringComparison.Ordinal) || name.StartsWith("global::FineTune.", StringComparison.Ordinal));
        return qualified is null ? "" : qualified.Substring(0, qualified.LastIndexOf('.') + 1);
    }
}
