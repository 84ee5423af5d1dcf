using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Optimizers;

/// <summary>Recognizes sums of tensors that grow from iteration to iteration.</summary>
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
        && TargetOf(operation.Syntax) is not null
        && operation.Syntax.Ancestors().Any(IsLoop);

    /// <summary>
    /// The local variable that a sum is kept in: of <c>x += y</c>, <c>x = x + y</c>, <c>x.add_(y)</c> and <c>x = x.add(y)</c>.
    /// </summary>
    public static IdentifierNameSyntax? TargetOf(SyntaxNode operation) =>
        operation switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left as IdentifierNameSyntax,
            InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver, Name.Identifier.ValueText: "add_" }
            } => receiver,
            { Parent: AssignmentExpressionSyntax { Left: IdentifierNameSyntax target } } => target,
            _ => null,
        };

    private static bool IsLoop(SyntaxNode node) =>
        node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax;
}
