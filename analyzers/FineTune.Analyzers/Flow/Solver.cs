using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The work-list over the blocks of one body. A point is a block together with what is to be done after the
/// <c>finally</c> around it, so that the ways into a <c>finally</c> never leave it by one another's exit.
/// </summary>
internal sealed class Solver
{
    private readonly Engine engine;
    private readonly Context context;
    private readonly Conditions conditions;
    private readonly Dictionary<ControlFlowRegion, bool> matters = [];
    private readonly Arrivals?[] arrivals;
    private int lowest;
    private int waiting;

    public Solver(Engine engine, Context context)
    {
        this.engine = engine;
        this.context = context;
        conditions = engine.ConditionsOf(context.Graph);
        arrivals = new Arrivals?[context.Graph.Blocks.Length];
    }

    public void Run()
    {
        Arrive(context.Graph.Blocks[0], context.Entry, after: null);
        while (waiting > 0 && !engine.GaveUp)
        {
            // In the order of the blocks, so that what comes together is walked on from once all of it has come.
            while (arrivals[lowest] is not { AreWaiting: true })
            {
                lowest++;
            }

            waiting--;
            var (after, state) = arrivals[lowest]!.Next();
            Walk(new(context.Graph.Blocks[lowest], after), state);
        }
    }

    private void Walk(Point point, State state)
    {
        var block = point.Block;
        var observed = context.ObservesExceptions || MattersWhenThrown(block.EnclosingRegion);
        if (block is { Operations.IsEmpty: true, BranchValue: null })
        {
            engine.CountWalk();
            if (block.FallThroughSuccessor is { } successor)
            {
                Take(successor, point, state);
            }

            return;
        }

        foreach (var path in engine.Paths(state, observed))
        {
            engine.CountWalk();
            var evaluator = new Evaluator(engine, path, context.Graph);
            foreach (var operation in block.Operations)
            {
                if (!path.Ended)
                {
                    evaluator.Evaluate(operation);
                }
            }

            var branchValue = path.Ended || block.BranchValue is null ? null : evaluator.Evaluate(block.BranchValue);
            foreach (var finding in path.Findings)
            {
                context.Report(finding);
            }

            foreach (var (thrown, exception) in path.Thrown)
            {
                Propagate(block.EnclosingRegion, thrown, exception, point.After);
            }

            if (!path.Ended)
            {
                Leave(point, path, branchValue);
            }
        }
    }

    private void Leave(Point point, FlowPath path, Value? branchValue)
    {
        var block = point.Block;
        if (block.ConditionalSuccessor is { } conditional && block.BranchValue is { } condition)
        {
            var outcome = branchValue?.AsBool ?? conditions.Recall(condition, path);
            var taken = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
            var state = path.State;
            var remembers = outcome is null && conditions.IsRepeated(condition);
            if (outcome != false)
            {
                Go(true);
            }

            if (outcome != true)
            {
                Go(false);
            }

            return;

            void Go(bool way)
            {
                if ((way == taken ? conditional : block.FallThroughSuccessor) is not { } branch)
                {
                    return;
                }

                var after = state;
                if (remembers)
                {
                    var split = new FlowPath(state, [], engine.Slots);
                    conditions.Remember(condition, way, split);
                    after = split.State;
                }

                Take(branch, point, after);
            }
        }

        if (block.FallThroughSuccessor is not { } successor)
        {
            return;
        }

        if (successor.Semantics == ControlFlowBranchSemantics.Return && branchValue is not null)
        {
            path.Bind(engine.Slots.Returned, branchValue);
        }

        Take(successor, point, path.State);
    }

    /// <summary>Takes a way out of a block, be it the only one or one of two: a condition may end a <c>finally</c> as well.</summary>
    private void Take(ControlFlowBranch branch, Point point, State state)
    {
        var region = point.Block.EnclosingRegion;
        switch (branch.Semantics)
        {
            case ControlFlowBranchSemantics.Throw:
                Propagate(region, state, TypeOfThrown(point.Block.BranchValue), point.After);
                break;
            case ControlFlowBranchSemantics.Rethrow:
                Propagate(region, state, exception: null, point.After);
                break;
            case ControlFlowBranchSemantics.StructuredExceptionHandling:
                // The end of a filter that says no: the handlers after it were tried when the exception came.
                if (point.After is { } after && !IsIn(region, ControlFlowRegionKind.Filter))
                {
                    Resume(after, state);
                }

                break;
            default:
                Follow(branch, 0, state, point.After);
                break;
        }
    }

    /// <summary>
    /// Takes a branch: outward, through each <c>finally</c> on the way and without the variables that end before it, then to where it goes.
    /// </summary>
    private void Follow(ControlFlowBranch branch, int left, State state, Continuation? after)
    {
        var variables = state.Variables;
        while (left < branch.LeavingRegions.Length)
        {
            var region = branch.LeavingRegions[left++];
            variables = Leave(region, variables);
            if (region is { Kind: ControlFlowRegionKind.Try, EnclosingRegion: { Kind: ControlFlowRegionKind.TryAndFinally } parent })
            {
                var first = context.Graph.Blocks[parent.NestedRegions[1].FirstBlockOrdinal];
                Arrive(first, state.With(variables), new(branch, left, null, null, after, null));
                return;
            }
        }

        state = state.With(variables);
        if (branch.Destination is null)
        {
            return;
        }

        if (branch.Destination.Kind == BasicBlockKind.Exit)
        {
            context.Return(StillAsked(branch.Destination, state));
        }
        else
        {
            Arrive(branch.Destination, state, after);
        }
    }

    private void Resume(Continuation after, State state)
    {
        if (after.Branch is not null)
        {
            Follow(after.Branch, after.Left, state, after.Outer);
        }
        else
        {
            Propagate(after.Region, state, after.Exception, after.Outer, after.Passed);
        }
    }

    /// <summary>
    /// Takes an exception outward from <paramref name="region"/> to whoever may catch it. The graph has no edges for this.
    /// </summary>
    /// <param name="region">Where it is thrown.</param>
    /// <param name="state">The state that it is thrown in.</param>
    /// <param name="exception">Its type; null where it may be any.</param>
    /// <param name="after">What is to be done after the <c>finally</c> around it.</param>
    /// <param name="passed">What it is not, having passed handlers of that.</param>
    private void Propagate(
        ControlFlowRegion? region,
        State state,
        ITypeSymbol? exception,
        Continuation? after,
        PassedHandler? passed = null)
    {
        for (; IsOurs(region); region = region.EnclosingRegion)
        {
            state = state.With(Leave(region, state.Variables));
            if (region.Kind == ControlFlowRegionKind.Finally)
            {
                after = after?.Outer;
                continue;
            }

            if (region.Kind != ControlFlowRegionKind.Try || region.EnclosingRegion is not { } parent)
            {
                continue;
            }

            if (parent.Kind == ControlFlowRegionKind.TryAndFinally)
            {
                var first = context.Graph.Blocks[parent.NestedRegions[1].FirstBlockOrdinal];
                Arrive(first, state, new(null, 0, parent.EnclosingRegion, exception, after, passed));
                return;
            }

            foreach (var handler in parent.NestedRegions.Skip(1))
            {
                var caught = passed?.Excludes(handler.ExceptionType) == true ? Caught.No : Catches(handler.ExceptionType, exception);
                if (handler.Kind != ControlFlowRegionKind.Catch && caught == Caught.Yes)
                {
                    caught = Caught.Perhaps;
                }
                else if (handler.Kind == ControlFlowRegionKind.Catch && caught == Caught.Perhaps)
                {
                    passed = new(handler.ExceptionType!, passed);
                }

                if (caught != Caught.No)
                {
                    Arrive(context.Graph.Blocks[handler.FirstBlockOrdinal], state, after);
                }

                if (caught == Caught.Yes)
                {
                    return;
                }
            }
        }

        context.Throw(state);
    }

    private void Arrive(BasicBlock block, State state, Continuation? after)
    {
        state = StillAsked(block, state);
        if ((arrivals[block.Ordinal] ??= new()).Add(after, state) is not { } states)
        {
            return;
        }

        engine.CountStates(states);
        waiting++;
        lowest = Math.Min(lowest, block.Ordinal);
    }

    /// <summary>The state without what of conditions nobody asks any more: paths that differ in that alone are one.</summary>
    private State StillAsked(BasicBlock block, State state) =>
        context.Graph.Parent is null
            ? state.With(conditions.StillAsked(state.Variables, block, context.Entry.Variables))
            : state;

    /// <summary>The variables but for those that end with a region.</summary>
    private SlotMap Leave(ControlFlowRegion region, SlotMap variables)
    {
        foreach (var local in region.Locals)
        {
            var slot = engine.Slots.Of(local);
            variables = variables.Without(slot);
            foreach (var condition in engine.Slots.DependentsOf(slot))
            {
                variables = variables.Without(condition);
            }
        }

        foreach (var capture in region.CaptureIds)
        {
            variables = variables.Without(engine.Slots.Of(context.Graph, capture));
        }

        return variables;
    }

    private static ITypeSymbol? TypeOfThrown(IOperation? value)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return value is IObjectCreationOperation creation ? creation.Type : null;
    }

    private static Caught Catches(ITypeSymbol? handled, ITypeSymbol? exception)
    {
        if (handled is null
            || handled.SpecialType == SpecialType.System_Object
            || handled is { Name: "Exception", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } })
        {
            return Caught.Yes;
        }

        if (exception is null)
        {
            return Caught.Perhaps;
        }

        for (var type = exception; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, handled))
            {
                return Caught.Yes;
            }
        }

        return Caught.No;
    }

    /// <summary>Whether the region is of this body: the graph of a lambda or local function stands within the regions around it.</summary>
    private static bool IsOurs([NotNullWhen(true)] ControlFlowRegion? region) =>
        region is not null && region.Kind != ControlFlowRegionKind.Root;

    /// <summary>
    /// Whether an exception may be caught on its way out of the body, or meet code that does more than dispose of something: what a
    /// <c>using</c> or a <c>foreach</c> does at its end is of no interest where nothing comes after it.
    /// </summary>
    private bool MattersWhenThrown(ControlFlowRegion? region)
    {
        if (!IsOurs(region))
        {
            return false;
        }

        if (!matters.TryGetValue(region, out var known))
        {
            known =
                (region.Kind == ControlFlowRegionKind.Try && region.EnclosingRegion is { } parent && !IsDisposal(parent))
                || MattersWhenThrown(region.EnclosingRegion);
            matters.Add(region, known);
        }

        return known;
    }

    private bool IsDisposal(ControlFlowRegion region)
    {
        if (region.Kind != ControlFlowRegionKind.TryAndFinally)
        {
            return false;
        }

        var last = region.NestedRegions[1];
        for (var ordinal = last.FirstBlockOrdinal; ordinal <= last.LastBlockOrdinal; ordinal++)
        {
            var block = context.Graph.Blocks[ordinal];
            if (!block.Operations.All(operation => operation.IsImplicit) || block.BranchValue is { IsImplicit: false })
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsIn(ControlFlowRegion? region, ControlFlowRegionKind kind)
    {
        for (; IsOurs(region); region = region.EnclosingRegion)
        {
            if (region.Kind == kind)
            {
                return true;
            }
        }

        return false;
    }

    private enum Caught
    {
        No,
        Perhaps,
        Yes,
    }

    private readonly record struct Point(BasicBlock Block, Continuation? After);

    /// <summary>The states in which a block was come to, each with what is to be done after it. Most blocks see one or two.</summary>
    private sealed class Arrivals
    {
        private readonly List<(Continuation? After, State State)> all = new(1);
        private int walked;

        /// <summary>Whether there are some that were not walked on from.</summary>
        public bool AreWaiting => walked < all.Count;

        public (Continuation? After, State State) Next() => all[walked++];

        /// <summary>How many states there are at this point now; null where this one is none of the first time.</summary>
        public int? Add(Continuation? after, State state)
        {
            var states = 1;
            foreach (var known in all)
            {
                if (Equals(known.After, after))
                {
                    if (known.State.Equals(state))
                    {
                        return null;
                    }

                    states++;
                }
            }

            all.Add((after, state));
            return states;
        }
    }

    /// <summary>What is to be done at the end of a <c>finally</c>: go on with a branch, or with an exception.</summary>
    private sealed record Continuation(
        ControlFlowBranch? Branch,
        int Left,
        ControlFlowRegion? Region,
        ITypeSymbol? Exception,
        Continuation? Outer,
        PassedHandler? Passed);

    /// <summary>A handler that an exception of unknown type has passed: it is not of that type.</summary>
    private sealed record PassedHandler(ITypeSymbol Type, PassedHandler? Before)
    {
        public bool Excludes(ITypeSymbol? handled)
        {
            for (var type = handled; type is not null; type = type.BaseType)
            {
                if (SymbolEqualityComparer.Default.Equals(type, Type))
                {
                    return true;
                }
            }

            return Before?.Excludes(handled) == true;
        }
    }
}
