using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.FT3017;

/// <summary>What is done with a variable or a private member that holds a scheduler.</summary>
internal static class SchedulerUse
{
    /// <summary>Whether all that is done with it is to assign it and to look at it: it is neither stepped nor handed on.</summary>
    public static bool IsIdle(ISymbol holder, Compilation compilation, CancellationToken cancellation)
    {
        if (holder.DeclaringSyntaxReferences.Length != 1
            || (holder is not ILocalSymbol && holder.DeclaredAccessibility != Accessibility.Private))
        {
            return false;
        }

        return holder is ILocalSymbol
            ? EnclosingMember.Of(holder.DeclaringSyntaxReferences[0].GetSyntax(cancellation)) is { } member && IsIdleIn(member)
            : holder.ContainingType.DeclaringSyntaxReferences.All(reference => IsIdleIn(reference.GetSyntax(cancellation)));

        bool IsIdleIn(SyntaxNode scope) =>
            scope
                .DescendantNodes()
                .OfType<IdentifierNameSyntax>()
                .Where(name => name.Identifier.ValueText == holder.Name && IsNameOf(name, holder, compilation, cancellation))
                .All(IsLookedAt);
    }

    // A member may be used in any file of its class.
    private static bool IsNameOf(IdentifierNameSyntax name, ISymbol holder, Compilation compilation, CancellationToken cancellation)
    {
#pragma warning disable RS1030
        var symbols = compilation.GetSemanticModel(name.SyntaxTree).GetSymbolInfo(name, cancellation);
#pragma warning restore RS1030
        return symbols.Symbol is null || SymbolEqualityComparer.Default.Equals(symbols.Symbol, holder);
    }

    private static bool IsLookedAt(IdentifierNameSyntax name)
    {
        ExpressionSyntax used = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own && own.Name == name
            ? own
            : name;
        while (used.Parent is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } certain)
        {
            used = certain;
        }

        return used.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == used && assignment.Parent is ExpressionStatementSyntax,
            MemberAccessExpressionSyntax access => access.Expression == used && !Steps(access.Name),
            ConditionalAccessExpressionSyntax { WhenNotNull: var access } conditional => conditional.Expression == used
                && access.DescendantNodesAndSelf().OfType<MemberBindingExpressionSyntax>().FirstOrDefault() is { } first
                && !Steps(first.Name),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } => true,
            IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax or UnaryPatternSyntax { Pattern: ConstantPatternSyntax } } => true,
            _ => false,
        };
    }

    private static bool Steps(SimpleNameSyntax member) => member.Identifier.ValueText == "step";
}
