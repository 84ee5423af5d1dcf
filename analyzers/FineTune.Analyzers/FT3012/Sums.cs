using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.FT3012;

/// <summary>Whether a sum is kept for its value alone: a sum of losses that somebody goes backward through needs its graph.</summary>
internal static class Sums
{
    private const int MostSteps = 3;

    private static readonly HashSet<string> Values =
    [
        "item",
        "detach",
        "detach_",
        "ToSingle",
        "ToDouble",
        "ToInt32",
        "ToInt64",
        "ToHalf",
        "ToScalar",
        "ToString",
        "str",
        "print",
        "Dispose",
        "data",
        "numpy",
    ];

    private static readonly HashSet<string> Computations =
    [
        "cpu",
        "to",
        "mean",
        "sum",
        "div",
        "mul",
        "sqrt",
        "exp",
        "squeeze",
        "@float",
        "@double",
        "alias",
        "MoveToOuterDisposeScope",
    ];

    /// <summary>Whether every use of the local variable takes its value, and no use hands on the tensor.</summary>
    public static bool IsOnlyLookedAt(IdentifierNameSyntax variable) =>
        EnclosingMember.Of(variable) is { } member
        && IsOnlyLookedAt(variable.Identifier.ValueText, member, MostSteps);

    private static bool IsOnlyLookedAt(string name, SyntaxNode member, int steps)
    {
        // A field is for others to use.
        if (steps == 0
            || !member
                .DescendantNodes()
                .OfType<VariableDeclaratorSyntax>()
                .Any(variable => variable.Identifier.ValueText == name && variable.Parent?.Parent is not FieldDeclarationSyntax))
        {
            return false;
        }

        return member
            .DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Where(identifier =>
                identifier.Identifier.ValueText == name
                && identifier.Parent is not (MemberAccessExpressionSyntax { Expression: not IdentifierNameSyntax } or NameColonSyntax)
                && !(identifier.Parent is MemberAccessExpressionSyntax access && access.Name == identifier))
            .All(identifier => IsLook(identifier, name, member, steps));
    }

    private static bool IsLook(ExpressionSyntax use, string name, SyntaxNode member, int steps)
    {
        while (true)
        {
            switch (use.Parent)
            {
                case AssignmentExpressionSyntax assignment when assignment.Left == use || assignment.Left.ToString() == name:
                    return true;
                case InterpolationSyntax or CastExpressionSyntax:
                    return true;
                case ArgumentSyntax
                {
                    Parent.Parent: InvocationExpressionSyntax
                    {
                        Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Console" } }
                    }
                }:
                    return true;
                case MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax invocation } access when access.Expression == use:
                    if (Values.Contains(access.Name.Identifier.ValueText) || access.Name.Identifier.ValueText == "add_")
                    {
                        return true;
                    }

                    if (!Computations.Contains(access.Name.Identifier.ValueText))
                    {
                        return false;
                    }

                    use = invocation;
                    break;
                case BinaryExpressionSyntax or ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax:
                    use = (ExpressionSyntax)use.Parent;
                    break;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable }:
                    return IsOnlyLookedAt(variable.Identifier.ValueText, member, steps - 1);
                default:
                    return false;
            }
        }
    }
}
