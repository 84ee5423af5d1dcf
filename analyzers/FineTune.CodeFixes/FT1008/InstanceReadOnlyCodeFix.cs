using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT1008;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT1008;

/// <summary>Makes a static field an instance's own, assigned once: <c>readonly</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InstanceReadOnlyCodeFix)), Shared]
public sealed class InstanceReadOnlyCodeFix : EditCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.LateModule];

    private protected override string Title => "Make it an instance's own, readonly";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.ContainsKey(LateModuleAnalyzer.StaticProperty)
            || node.FirstAncestorOrSelf<FieldDeclarationSyntax>()
                is not { Declaration.Variables.Count: 1, Parent: TypeDeclarationSyntax type } field
            || !IsPrivate(field)
            || IsUsedWithoutInstance(type, field.Declaration.Variables[0].Identifier.ValueText))
        {
            return null;
        }

        var modifiers = field.Modifiers;
        var position = modifiers.IndexOf(SyntaxKind.StaticKeyword);
        var instead = SyntaxFactory.Token(SyntaxKind.ReadOnlyKeyword).WithTriviaFrom(modifiers[position]);
        modifiers = modifiers.Any(SyntaxKind.ReadOnlyKeyword)
            ? modifiers.RemoveAt(position)
            : modifiers.Replace(modifiers[position], instead);
        return root.ReplaceNode(field, field.WithModifiers(modifiers).WithLeadingTrivia(field.GetLeadingTrivia()));
    }

    private static bool IsPrivate(FieldDeclarationSyntax field) =>
        !field.Modifiers.Any(modifier =>
            modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword or SyntaxKind.ProtectedKeyword);

    // Static members and the initializers of fields have no instance to ask; an assignment would not compile.
    private static bool IsUsedWithoutInstance(TypeDeclarationSyntax type, string field) =>
        type.DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Any(name =>
                name.Identifier.ValueText == field
                && (
                    name.Parent is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax or GenericNameSyntax } access
                        && access.Name == name
                    || name.Parent is AssignmentExpressionSyntax assignment && assignment.Left == name
                    || name.FirstAncestorOrSelf<MemberDeclarationSyntax>()
                        is FieldDeclarationSyntax
                            or PropertyDeclarationSyntax { Initializer: not null }
                    || name.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.Modifiers.Any(SyntaxKind.StaticKeyword) == true));
}
