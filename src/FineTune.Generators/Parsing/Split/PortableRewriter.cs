using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// Rewrites user code so that it means the same in a file without the user's usings: types in full, members of the
/// class with <c>this</c>, extension methods as what they are, locals under the names that they have in the halves.
/// </summary>
/// <param name="code">What the names in the code stand for.</param>
/// <param name="nameOf">The new name of a local or parameter; null leaves it.</param>
internal class PortableRewriter(BoundCode code, Func<ISymbol, string?> nameOf) : CSharpSyntaxRewriter
{
    private static readonly SymbolDisplayFormat Qualified = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static string Display(ITypeSymbol type) => type.ToDisplayString(Qualified);

    public override SyntaxTrivia VisitTrivia(SyntaxTrivia trivia) => default;

    public override SyntaxNode? VisitNameColon(NameColonSyntax node) => node;

    public override SyntaxNode? VisitIdentifierName(IdentifierNameSyntax node) => Name(node) ?? base.VisitIdentifierName(node);

    public override SyntaxNode? VisitGenericName(GenericNameSyntax node) => Name(node) ?? base.VisitGenericName(node);

    public override SyntaxNode? VisitQualifiedName(QualifiedNameSyntax node) =>
        code.SymbolOf(node) is ITypeSymbol type ? SyntaxFactory.ParseTypeName(Display(type)) : base.VisitQualifiedName(node);

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (node.Expression is IdentifierNameSyntax { Identifier.ValueText: "nameof" }
            && code.Model.GetConstantValue(node) is { Value: string constant })
        {
            return SyntaxFactory.ParseExpression(Literal.Of(constant));
        }

        if (code.SymbolOf(node) is not IMethodSymbol { ReducedFrom: { } extension } method)
        {
            return base.VisitInvocationExpression(node);
        }

        if (node.Expression is not MemberAccessExpressionSyntax access)
        {
            throw new UnsplittableException($"'{node}' calls an extension method conditionally");
        }

        if (!extension.IsStatic)
        {
            throw new UnsplittableException($"'{node}' calls an extension method that is still to be made static");
        }

        var receiver = (ExpressionSyntax)Visit(access.Expression);
        var arguments = (ArgumentListSyntax)Visit(node.ArgumentList);
        var generics = access.Name is GenericNameSyntax
            ? $"<{string.Join(", ", method.TypeArguments.Select(Display))}>"
            : "";
        return SyntaxFactory.InvocationExpression(
            SyntaxFactory.ParseExpression($"{Display(extension.ContainingType)}.{Identifier.Escape(method.Name)}{generics}"),
            arguments.WithArguments(arguments.Arguments.Insert(0, SyntaxFactory.Argument(receiver))));
    }

    private SyntaxNode? Name(SimpleNameSyntax node)
    {
        if (IsRightHand(node) || node is IdentifierNameSyntax { IsVar: true } || code.SymbolOf(node) is not { } symbol)
        {
            return null;
        }

        return symbol switch
        {
            ILocalSymbol or IParameterSymbol => nameOf(symbol) is { } name ? SyntaxFactory.IdentifierName(name) : null,
            INamespaceSymbol space => SyntaxFactory.ParseName("global::" + space.ToDisplayString()),
            INamedTypeSymbol type when node.Parent is MemberAccessExpressionSyntax => SyntaxFactory.ParseExpression(
                Display(type.WithNullableAnnotation(NullableAnnotation.None))),
            INamedTypeSymbol type => SyntaxFactory.ParseTypeName(Display(type.WithNullableAnnotation(NullableAnnotation.None))),
            IMethodSymbol { MethodKind: MethodKind.LocalFunction } => null,
            { IsStatic: true, ContainingType: { } type } => Member(SyntaxFactory.ParseExpression(Display(type)), node),
            _ when OwnMember.Is(node, symbol) => OwnMemberOf(symbol, node),
            _ => null,
        };
    }

    /// <summary>An instance member of the class that the code is part of.</summary>
    protected virtual SyntaxNode OwnMemberOf(ISymbol member, SimpleNameSyntax name) => Member(SyntaxFactory.ThisExpression(), name);

    private SyntaxNode Member(ExpressionSyntax owner, SimpleNameSyntax node) =>
        SyntaxFactory.MemberAccessExpression(
            SyntaxKind.SimpleMemberAccessExpression,
            owner,
            node is GenericNameSyntax generic ? (SimpleNameSyntax)base.VisitGenericName(generic)! : node.WithoutTrivia());

    private static bool IsRightHand(SimpleNameSyntax node) => node.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Name == node,
        QualifiedNameSyntax qualified => qualified.Right == node,
        AliasQualifiedNameSyntax => true,
        MemberBindingExpressionSyntax => true,
        _ => false,
    };
}
