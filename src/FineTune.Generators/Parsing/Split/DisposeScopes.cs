using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>Recognizes the dispose scope that a forward pass opens, and what is moved out of it.</summary>
internal static class DisposeScopes
{
    public static bool Is(ITypeSymbol? type) => type?.Name == "DisposeScope";

    /// <summary>
    /// What opens a scope around the rest of a body, as in <c>using (var scope = NewDisposeScope()) { … }</c>; null where a statement is
    /// something else.
    /// </summary>
    public static (ILocalSymbol? Local, ExpressionSyntax Value, BlockSyntax Body)? OpenedBy(StatementSyntax statement, BoundCode code)
    {
        if (statement is not UsingStatementSyntax { Statement: BlockSyntax body } opening)
        {
            return null;
        }

        return opening switch
        {
            { Expression: { } value } when Is(code.Model.GetTypeInfo(value).Type) => (null, value, body),
            { Declaration.Variables: { Count: 1 } variables }
                when variables[0].Initializer is { Value: var value }
                    && code.Model.GetDeclaredSymbol(variables[0]) is ILocalSymbol local
                    && Is(local.Type) => (local, value, body),
            _ => null,
        };
    }

    /// <summary>
    /// The value that is moved out of a scope by <c>y.MoveToOuterDisposeScope()</c> or <c>scope.MoveToOuter(y)</c>; null where an
    /// expression is neither.
    /// </summary>
    public static ExpressionSyntax? Moved(ExpressionSyntax expression) =>
        expression switch
        {
            InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "MoveToOuterDisposeScope", Expression: var moved },
            } => moved,
            InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "MoveToOuter" },
                ArgumentList.Arguments: { Count: 1 } arguments,
            } => arguments[0].Expression,
            _ => null,
        };
}
