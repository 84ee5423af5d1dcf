using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Activations;

/// <summary>
/// The value that a variable has where it is named, by the statement before that assigns it: <c>x = softmax(x); return x;</c>.
/// </summary>
internal static class PrecedingAssignment
{
    /// <summary>The value; null where branches or loops come between.</summary>
    public static IOperation? Of(IOperation reference)
    {
        if (SymbolOf(reference) is not { } variable || IsAssignedByAFunction(reference, variable))
        {
            return null;
        }

        for (var (inner, outer) = (reference, reference.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            if (outer is ILoopOperation or IAnonymousFunctionOperation or ILocalFunctionOperation or ISwitchOperation)
            {
                return null;
            }

            if (outer is not IBlockOperation block)
            {
                continue;
            }

            foreach (var before in block.Operations.TakeWhile(sibling => sibling != inner).Reverse())
            {
                if (ValueOf(before, variable) is { } value)
                {
                    return value;
                }

                if (before.DescendantsAndSelf().Any(part => MayAssign(part, variable)))
                {
                    return null;
                }
            }
        }

        return null;
    }

    /// <summary>Whether a lambda or a local function assigns the variable, which may run at any time.</summary>
    private static bool IsAssignedByAFunction(IOperation reference, ISymbol variable) =>
        OperationTree.RootOf(reference).Descendants().Any(part => MayAssign(part, variable) && IsInFunction(part));

    private static bool IsInFunction(IOperation operation)
    {
        for (var outer = operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                return true;
            }
        }

        return false;
    }

    private static ISymbol? SymbolOf(IOperation? operation) =>
        operation switch
        {
            ILocalReferenceOperation { Local: var local } => local,
            IParameterReferenceOperation { Parameter: var parameter } => parameter,
            _ => null,
        };

    private static bool Is(IOperation? operation, ISymbol variable) =>
        SymbolEqualityComparer.Default.Equals(SymbolOf(operation), variable);

    private static IOperation? ValueOf(IOperation statement, ISymbol variable) =>
        statement switch
        {
            IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment } when Is(assignment.Target, variable) =>
                assignment.Value,
            IUsingDeclarationOperation declared => ValueOf(declared.DeclarationGroup, variable),
            IVariableDeclarationGroupOperation group => group
                .Declarations.SelectMany(declaration => declaration.Declarators)
                .FirstOrDefault(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, variable))
                ?.Initializer?.Value,
            _ => null,
        };

    private static bool MayAssign(IOperation part, ISymbol variable) =>
        part switch
        {
            IAssignmentOperation assignment => assignment.Target.DescendantsAndSelf().Any(target => Is(target, variable)),
            IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => Is(argument.Value, variable),
            _ => false,
        };
}
