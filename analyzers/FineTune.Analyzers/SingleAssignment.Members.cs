using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers;

/// <content>Of fields and properties: in most programs a model, its layers and its optimizer are members of a class.</content>
internal static partial class SingleAssignment
{
    private static readonly PerCompilation<ConcurrentDictionary<ISymbol, SyntaxNode?>> Members = new(_ =>
        new(SymbolEqualityComparer.Default));

    /// <summary>
    /// The one value that a member is assigned, in its initializer or anywhere in its class; null where there may be others, or where
    /// other classes may assign it.
    /// </summary>
    public static IOperation? Of(IMemberReferenceOperation reference, CancellationToken cancellation) =>
        reference.SemanticModel?.Compilation is { } compilation ? OfMember(reference.Member, compilation, cancellation) : null;

    /// <inheritdoc cref="Of(IMemberReferenceOperation, CancellationToken)"/>
    public static IOperation? OfMember(ISymbol member, Compilation compilation, CancellationToken cancellation)
    {
        member = member.OriginalDefinition;
        if (!Members.Of(compilation).TryGetValue(member, out var value))
        {
            value = Members.Of(compilation).GetOrAdd(member, IsOnlyAssignedWithin(member) ? Find(member, compilation, cancellation) : null);
        }

        return value is null ? null : ModelOf(value, compilation)?.GetOperation(value, cancellation);
    }

    /// <summary>What an expression is beneath its conversions, and behind locals and members that hold nothing else.</summary>
    public static IOperation BehindMembers(IOperation value, CancellationToken cancellation)
    {
        // As deep as anyone writes; half-written members may be made from one another.
        for (var depth = 0; depth < 8; depth++)
        {
            value = Behind(value, cancellation);
            if (value is not IMemberReferenceOperation member || Of(member, cancellation) is not { } only)
            {
                return value;
            }

            value = only;
        }

        return value;
    }

    private static bool IsOnlyAssignedWithin(ISymbol member) =>
        member switch
        {
            { DeclaringSyntaxReferences.Length: not 1 } => false,
            IFieldSymbol field => field.IsReadOnly || field.DeclaredAccessibility == Accessibility.Private,
            IPropertySymbol { IsIndexer: false, IsVirtual: false, IsAbstract: false, IsOverride: false } property =>
                IsAutomatic(property) && (property.SetMethod?.DeclaredAccessibility ?? Accessibility.Private) == Accessibility.Private,
            _ => false,
        };

    private static bool IsAutomatic(IPropertySymbol property) =>
        property
            .ContainingType.GetMembers()
            .Any(member => member is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static SyntaxNode? Find(ISymbol member, Compilation compilation, CancellationToken cancellation)
    {
        var values = new List<SyntaxNode?>
        {
            member.DeclaringSyntaxReferences[0].GetSyntax(cancellation) switch
            {
                VariableDeclaratorSyntax { Initializer.Value: { } initializer } => initializer,
                PropertyDeclarationSyntax { Initializer.Value: { } initializer } => initializer,
                _ => null,
            },
        };
        values.RemoveAll(value => value is null);
        foreach (var declaration in member.ContainingType.DeclaringSyntaxReferences)
        {
            var type = declaration.GetSyntax(cancellation);
            foreach (var name in type.DescendantNodes().OfType<IdentifierNameSyntax>())
            {
                var named = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : (ExpressionSyntax)name;
                if (name.Identifier.ValueText == member.Name
                    && IsTarget(named)
                    && SymbolEqualityComparer.Default.Equals(
                        ModelOf(name, compilation)?.GetSymbolInfo(name, cancellation).Symbol?.OriginalDefinition,
                        member))
                {
                    values.Add((named.Parent as AssignmentExpressionSyntax)?.Right);
                }
            }
        }

        // Assigned by a tuple, by 'ref' or by '+=' it has a value that is not written down.
        return values.Count == 1 && (values[0]?.Parent is EqualsValueClauseSyntax || IsSimple(values[0]?.Parent)) ? values[0] : null;
    }

    private static bool IsSimple(SyntaxNode? assignment) =>
        assignment.IsKind(SyntaxKind.SimpleAssignmentExpression);

    // What a member holds is written in whichever file its class has it.
#pragma warning disable RS1030
    private static SemanticModel? ModelOf(SyntaxNode node, Compilation compilation) =>
        compilation.ContainsSyntaxTree(node.SyntaxTree) ? compilation.GetSemanticModel(node.SyntaxTree) : null;
#pragma warning restore RS1030
}
