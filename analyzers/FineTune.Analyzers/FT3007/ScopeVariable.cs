using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3007;

/// <summary>A variable that holds an open scope.</summary>
internal static class ScopeVariable
{
    /// <summary>
    /// Whether a path leads from the declaration to the end of the method, without an exception, on which nothing disposes the scope.
    /// No where the scope may be somebody else's: returned, passed on, stored, captured; or where the variable is tested for null.
    /// </summary>
    public static bool IsLeftOpen(IVariableDeclaratorOperation declarator, OperationAnalysisContext context)
    {
        var function = OperationTree.FunctionOf(declarator);
        if (function.Descendants()
                .OfType<ILocalReferenceOperation>()
                .Any(reference => Is(reference, declarator.Symbol)
                    && (!IsCalled(reference) || OperationTree.FunctionOf(reference) != function)))
        {
            return false;
        }

        return GraphOf(function, context) is { } graph && LeadsOut(graph, declarator, context.CancellationToken);
    }

    private static bool Is(ILocalReferenceOperation reference, ILocalSymbol variable) =>
        SymbolEqualityComparer.Default.Equals(reference.Local, variable);

    private static bool IsCalled(IOperation reference)
    {
        while (reference.Parent is IConversionOperation conversion)
        {
            reference = conversion;
        }

        // What a scope moves out of itself, or disposes, is not the scope.
        return reference.Parent is IInvocationOperation call && call.Instance == reference;
    }

    private static bool IsDisposal(IOperation operation, ILocalSymbol variable)
    {
        if (operation is not IInvocationOperation { Instance: { } instance, TargetMethod.Name: var name }
            || !name.StartsWith("Dispose", StringComparison.Ordinal))
        {
            return false;
        }

        while (instance is IConversionOperation conversion)
        {
            instance = conversion.Operand;
        }

        return instance is ILocalReferenceOperation reference && Is(reference, variable);
    }

    /// <summary>The control-flow graph of a method's body, or of a function within it; null where there is none.</summary>
    private static ControlFlowGraph? GraphOf(IOperation function, OperationAnalysisContext context)
    {
        if (function.Parent is null)
        {
            return context.GetControlFlowGraph();
        }

        var outer = GraphOf(OperationTree.FunctionOf(function.Parent), context);
        return function switch
        {
            ILocalFunctionOperation local when outer is not null =>
                outer.LocalFunctions.Contains(local.Symbol)
                    ? outer.GetLocalFunctionControlFlowGraph(local.Symbol, context.CancellationToken)
                    : null,
            IAnonymousFunctionOperation lambda when outer is not null => outer
                .Blocks.SelectMany(block => block.Operations.Append(block.BranchValue))
                .Where(operation => operation is not null)
                .SelectMany(operation => operation!.DescendantsAndSelf())
                .OfType<IFlowAnonymousFunctionOperation>()
                .Where(found => SymbolEqualityComparer.Default.Equals(found.Symbol, lambda.Symbol))
                .Select(found => outer.GetAnonymousFunctionControlFlowGraph(found, context.CancellationToken))
                .FirstOrDefault(),
            _ => null,
        };
    }

    private static bool LeadsOut(ControlFlowGraph graph, IVariableDeclaratorOperation declarator, CancellationToken cancellation)
    {
        var variable = declarator.Symbol;
        var start = graph.Blocks.FirstOrDefault(block =>
            block.Operations.Any(operation => operation.Syntax.Span.Contains(declarator.Syntax.Span) && Assigns(operation, variable)));
        if (start is null)
        {
            return false;
        }

        var opened = start.Operations.TakeWhile(operation => !Assigns(operation, variable)).Count() + 1;
        if (Disposes(start, opened, variable))
        {
            return false;
        }

        var seen = new HashSet<BasicBlock>();
        var pending = new Stack<BasicBlock>();
        Follow(start);
        while (pending.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var block = pending.Pop();
            if (block.Kind == BasicBlockKind.Exit)
            {
                return true;
            }

            if (!Disposes(block, 0, variable))
            {
                Follow(block);
            }
        }

        return false;

        void Follow(BasicBlock block)
        {
            foreach (var branch in new[] { block.FallThroughSuccessor, block.ConditionalSuccessor })
            {
                // Where a block throws, or a finally block ends, there is no destination.
                if (branch?.Destination is { IsReachable: true } next
                    && branch.Semantics is ControlFlowBranchSemantics.Regular or ControlFlowBranchSemantics.Return
                    && !branch.FinallyRegions.Any(region => DisposesIn(graph, region, variable))
                    && seen.Add(next))
                {
                    pending.Push(next);
                }
            }
        }
    }

    private static bool Assigns(IOperation operation, ILocalSymbol variable) =>
        operation is ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } && Is(target, variable);

    private static bool Disposes(BasicBlock block, int from, ILocalSymbol variable) =>
        block.Operations.Skip(from).Append(block.BranchValue).Any(operation =>
            operation is not null && operation.DescendantsAndSelf().Any(part => IsDisposal(part, variable)));

    private static bool DisposesIn(ControlFlowGraph graph, ControlFlowRegion region, ILocalSymbol variable)
    {
        for (var i = region.FirstBlockOrdinal; i <= region.LastBlockOrdinal; i++)
        {
            if (Disposes(graph.Blocks[i], 0, variable))
            {
                return true;
            }
        }

        return false;
    }
}
