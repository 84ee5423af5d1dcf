using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

internal sealed partial class Evaluator
{
    /// <summary>Code that we cannot see has <paramref name="value"/>; a function takes along what it captures.</summary>
    private void Escape(Value? value)
    {
        switch (value)
        {
            case FunctionValue function:
                if (GraphOf(function) is { } body)
                {
                    LeakCaptures(body);
                }

                Escape(function.Receiver is not null && UsesThis(function) ? function.Receiver : null);
                break;
            case TupleValue tuple:
                foreach (var element in tuple.Elements)
                {
                    Escape(element);
                }

                break;
            case not null:
                path.Escape(value);
                break;
        }
    }

    /// <summary>A delegate that is added to another, or taken from it, is not followed any further.</summary>
    private void EscapeFunctions(ImmutableArray<Value> operands)
    {
        foreach (var operand in operands)
        {
            if (operand is FunctionValue)
            {
                Escape(operand);
            }
        }
    }

    /// <summary>The function may run at any time from now on, and any number of times.</summary>
    private void LeakCaptures(ControlFlowGraph body)
    {
        var operations = AllOperations(body).ToList();
        foreach (var slot in operations.Select(SlotOf).OfType<int>().Distinct().ToList())
        {
            if (path.Variables.Find(slot) is { } held)
            {
                path.Escape(held);
            }
        }

        foreach (var operation in operations)
        {
            var target = operation switch
            {
                IAssignmentOperation assignment => assignment.Target,
                IIncrementOrDecrementOperation increment => increment.Target,
                IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => argument.Value,
                _ => null,
            };
            foreach (var written in target?.DescendantsAndSelf() ?? [])
            {
                if (SlotOf(written) is { } slot && written is not IDeclarationExpressionOperation)
                {
                    path.Bind(slot, LeakedVariable.Instance);
                }
            }
        }
    }

    private bool UsesThis(FunctionValue function) =>
        function.Lambda is null || GraphOf(function) is not { } body || AllOperations(body).OfType<IInstanceReferenceOperation>().Any();

    private ControlFlowGraph? GraphOf(FunctionValue function)
    {
        if (function.Lambda is IFlowAnonymousFunctionOperation lambda)
        {
            return function.Owner.GetAnonymousFunctionControlFlowGraphInScope(lambda, engine.Cancellation);
        }

        return function.Method.MethodKind == MethodKind.LocalFunction ? LocalFunction(function.Method, function.Owner) : null;
    }

    /// <summary>The body of a local function that is in scope in <paramref name="scope"/>.</summary>
    private ControlFlowGraph? LocalFunction(IMethodSymbol method, ControlFlowGraph scope)
    {
        method = method.OriginalDefinition;
        for (var outer = scope; outer is not null; outer = outer.Parent)
        {
            if (outer.LocalFunctions.Contains(method, SymbolEqualityComparer.Default))
            {
                return outer.GetLocalFunctionControlFlowGraph(method, engine.Cancellation);
            }
        }

        return null;
    }

    private IEnumerable<IOperation> AllOperations(ControlFlowGraph body)
    {
        foreach (var block in body.Blocks)
        {
            foreach (var operation in block.BranchValue is { } value ? block.Operations.Add(value) : block.Operations)
            {
                foreach (var descendant in operation.DescendantsAndSelf())
                {
                    yield return descendant;
                    if (descendant is IFlowAnonymousFunctionOperation nested)
                    {
                        foreach (var inner in AllOperations(body.GetAnonymousFunctionControlFlowGraphInScope(nested, engine.Cancellation)))
                        {
                            yield return inner;
                        }
                    }
                }
            }
        }
    }
}
