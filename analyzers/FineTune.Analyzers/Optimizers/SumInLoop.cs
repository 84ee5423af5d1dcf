using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Optimizers;

/// <summary>Recognizes sums of tensors that grow from iteration to iteration, or from call to call.</summary>
internal static class SumInLoop
{
    /// <summary>Whether an operation adds to a variable, over and over again.</summary>
    public static bool Is(IOperation operation, TorchTypes types) =>
        operation switch
        {
            ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add } compound => types.IsTensor(compound.Target.Type),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, OperatorMethod: not null } binary => types.IsTensor(binary.Type),
            IInvocationOperation { TargetMethod.Name: "add" or "add_" } invocation => types.IsTensor(
                invocation.TargetMethod.ContainingType),
            _ => false,
        }
        && TargetOf(operation.Syntax) is { } target
        && (IsInLoop(operation.Syntax) || IsOfObject(target));

    /// <summary>
    /// The name of the variable that a sum is kept in: of <c>x += y</c>, <c>x = x + y</c>, <c>x.add_(y)</c> and <c>x = x.add(y)</c>,
    /// be that a part of a tuple, or of <c>x is null ? y : x + y</c>.
    /// </summary>
    public static IdentifierNameSyntax? TargetOf(SyntaxNode operation) =>
        operation switch
        {
            AssignmentExpressionSyntax assignment => NameOf(assignment.Left),
            InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Expression: var receiver, Name.Identifier.ValueText: "add_" }
            } => NameOf(receiver),
            ExpressionSyntax expression => NameOf(AssignedFrom(expression)),
            _ => null,
        };

    /// <summary>Whether the code runs for each of some elements.</summary>
    public static bool IsInLoop(SyntaxNode operation) =>
        operation.Ancestors().Any(node =>
            node
                is ForStatementSyntax
                    or CommonForEachStatementSyntax
                    or WhileStatementSyntax
                    or DoStatementSyntax
                    or AnonymousFunctionExpressionSyntax
                {
                    Parent: ArgumentSyntax
                    {
                        Parent.Parent: InvocationExpressionSyntax
                        {
                            Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ForEach" }
                        }
                    }
                });

    /// <summary>Whether a name is a field's or a property's, which outlive the method: the method declares no such variable.</summary>
    public static bool IsOfObject(IdentifierNameSyntax name) =>
        EnclosingMember.Of(name) is { Parent: TypeDeclarationSyntax } member
        && !member.DescendantNodes().Any(node =>
            (node as VariableDeclaratorSyntax)?.Identifier.ValueText == name.Identifier.ValueText
            || (node as ParameterSyntax)?.Identifier.ValueText == name.Identifier.ValueText
            || (node as SingleVariableDesignationSyntax)?.Identifier.ValueText == name.Identifier.ValueText);

    private static IdentifierNameSyntax? NameOf(ExpressionSyntax? variable) =>
        variable switch
        {
            IdentifierNameSyntax name => name,
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: IdentifierNameSyntax name } => name,
            PostfixUnaryExpressionSyntax { Operand: var operand } => NameOf(operand),
            _ => null,
        };

    /// <summary>What an expression is assigned to.</summary>
    private static ExpressionSyntax? AssignedFrom(ExpressionSyntax expression)
    {
        while (true)
        {
            switch (expression.Parent)
            {
                case AssignmentExpressionSyntax assignment when assignment.Right == expression:
                    return assignment.Left;
                case ParenthesizedExpressionSyntax or ConditionalExpressionSyntax or ConditionalAccessExpressionSyntax:
                case PostfixUnaryExpressionSyntax:
                case BinaryExpressionSyntax binary when binary.IsKind(Microsoft.CodeAnalysis.CSharp.SyntaxKind.CoalesceExpression):
                    expression = (ExpressionSyntax)expression.Parent;
                    break;
                case ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } tuple } argument
                    when assignment.Right == tuple:
                    var position = tuple.Arguments.IndexOf(argument);
                    return assignment.Left is not TupleExpressionSyntax targets ? assignment.Left
                        : position < targets.Arguments.Count ? targets.Arguments[position].Expression
                        : null;
                default:
                    return null;
            }
        }
    }
}
