using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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

    /// <summary>Whether every use of the variable takes its value, and no use hands on the tensor.</summary>
    /// <param name="operation">The sum.</param>
    /// <param name="variable">What it is kept in.</param>
    public static bool IsOnlyLookedAt(SyntaxNode operation, IdentifierNameSyntax variable)
    {
        var name = variable.Identifier.ValueText;
        return EnclosingMember.Of(variable) is { } member
            && (SumInLoop.IsOfObject(variable)
                ? IsOnlyLookedAtInClass(name, member)
                : IsOnlyLookedAt(name, ElementIn(operation, name), member, MostSteps));
    }

    /// <summary>The element of a tuple that is summed, as in <c>totals = (totals.Loss + loss, …)</c>; null for no tuple.</summary>
    private static string? ElementIn(SyntaxNode operation, string tuple) =>
        operation
            .DescendantNodes()
            .OfType<MemberAccessExpressionSyntax>()
            .FirstOrDefault(access => access.Expression is IdentifierNameSyntax { Identifier.ValueText: var of } && of == tuple)
            ?.Name.Identifier.ValueText;

    /// <summary>A field or property is for others to use, unless it is private, and its class all in one place.</summary>
    private static bool IsOnlyLookedAtInClass(string name, SyntaxNode member) =>
        member.Parent is TypeDeclarationSyntax type
        && !type.Modifiers.Any(SyntaxKind.PartialKeyword)
        && type.Members.Any(declared => IsPrivate(declared) && Declares(declared, name))
        && Uses(name, type).All(use => IsLook(use, name, null, member, MostSteps));

    private static bool IsPrivate(MemberDeclarationSyntax member) =>
        !member.Modifiers.Any(modifier =>
            modifier.IsKind(SyntaxKind.PublicKeyword)
            || modifier.IsKind(SyntaxKind.InternalKeyword)
            || modifier.IsKind(SyntaxKind.ProtectedKeyword));

    private static bool Declares(MemberDeclarationSyntax member, string name) =>
        member switch
        {
            FieldDeclarationSyntax field => field.Declaration.Variables.Any(variable => variable.Identifier.ValueText == name),
            PropertyDeclarationSyntax property => property.Identifier.ValueText == name,
            _ => false,
        };

    private static bool IsOnlyLookedAt(string name, string? element, SyntaxNode member, int steps) =>
        steps > 0
        && member
            .DescendantNodes()
            .OfType<VariableDeclaratorSyntax>()
            .Any(variable => variable.Identifier.ValueText == name && variable.Parent?.Parent is not FieldDeclarationSyntax)
        && Uses(name, member).All(use => IsLook(use, name, element, member, steps));

    /// <summary>The expressions that name a variable, those that name it as a member of this object among them.</summary>
    private static IEnumerable<ExpressionSyntax> Uses(string name, SyntaxNode scope)
    {
        foreach (var identifier in scope.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (identifier.Identifier.ValueText != name || identifier.Parent is NameColonSyntax)
            {
                continue;
            }

            if (identifier.Parent is MemberAccessExpressionSyntax access && access.Name == identifier)
            {
                if (access.Expression is ThisExpressionSyntax)
                {
                    yield return access;
                }
            }
            else
            {
                yield return identifier;
            }
        }
    }

    private static bool IsLook(ExpressionSyntax use, string name, string? element, SyntaxNode member, int steps)
    {
        while (true)
        {
            switch (use.Parent)
            {
                case AssignmentExpressionSyntax assignment when assignment.Left == use || IsOf(assignment.Left, name):
                    return true;
                case InterpolationSyntax or CastExpressionSyntax or IsPatternExpressionSyntax or IfStatementSyntax:
                    return true;
                case ConditionalExpressionSyntax conditional when conditional.Condition == use:
                    return true;
                case ArgumentSyntax
                {
                    Parent.Parent: InvocationExpressionSyntax
                    {
                        Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Console" } }
                    }
                }:
                    return true;
                case ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } tuple } argument:
                    return assignment.Left == tuple
                        || IsOf(assignment.Left, name)
                        || (assignment.Left is TupleExpressionSyntax targets
                            && tuple.Arguments.IndexOf(argument) is var position
                            && position < targets.Arguments.Count
                            && IsOf(targets.Arguments[position].Expression, name));
                case ConditionalAccessExpressionSyntax access when access.Expression == use:
                    return access.WhenNotNull is InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding }
                        && Values.Contains(binding.Name.Identifier.ValueText);
                case MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax invocation } access when access.Expression == use:
                    if (Values.Contains(access.Name.Identifier.ValueText) || access.Name.Identifier.ValueText == "add_")
                    {
                        return true;
                    }

                    if (access.Name.Identifier.ValueText != "add" && !Computations.Contains(access.Name.Identifier.ValueText))
                    {
                        return false;
                    }

                    use = invocation;
                    break;
                case MemberAccessExpressionSyntax access when access.Expression == use:
                    // Another element of a tuple, or what a tensor knows of itself.
                    if (access.Name.Identifier.ValueText != element)
                    {
                        return true;
                    }

                    use = access;
                    break;
                case BinaryExpressionSyntax
                or ParenthesizedExpressionSyntax
                or PostfixUnaryExpressionSyntax
                or ConditionalExpressionSyntax:
                    use = (ExpressionSyntax)use.Parent;
                    break;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable }:
                    return IsOnlyLookedAt(variable.Identifier.ValueText, null, EnclosingMember.Of(variable) ?? member, steps - 1);
                default:
                    return false;
            }
        }
    }

    private static bool IsOf(ExpressionSyntax target, string name) =>
        target.ToString() is var text && (text == name || text == "this." + name);
}
