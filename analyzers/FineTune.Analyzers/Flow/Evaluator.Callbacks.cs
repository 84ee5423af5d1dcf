using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <content>Functions that the base library runs.</content>
internal sealed partial class Evaluator
{
    /// <summary>
    /// A call of a library that runs a function where it stands, or where what it gives is asked for: as often as brings anything new.
    /// </summary>
    private Value CallBack(
        Callback callback,
        FunctionValue function,
        Value? receiver,
        ImmutableArray<Value> arguments,
        IInvocationOperation call)
    {
        if (callback == Callback.Deferred || (function.Method.IsAsync && !IsAwaited(call)) || (IsTask(call.Type) && !IsAwaited(call)))
        {
            Escape(function);
            return CallUnknown(call.TargetMethod, receiver, arguments, call.Arguments);
        }

        if (callback == Callback.Once)
        {
            return CallFunction(function, [], call);
        }

        if ((receiver ?? arguments.FirstOrDefault()) is Reference sequence && path.Fact<SequenceFact>(sequence) is { } elements)
        {
            for (var i = 0; i < elements.Count && !path.Ended; i++)
            {
                CallFunction(function, [ReadElement(sequence, i)], call);
            }

            return entryObjects.Existing(Awaited(call.TargetMethod.ReturnType), escaped: true) ?? Value.Unknown;
        }

        Repeat(function, call);
        return entryObjects.Existing(Awaited(call.TargetMethod.ReturnType), escaped: true) ?? Value.Unknown;
    }

    /// <summary>Runs a function any number of times: the path goes on from one of the states that it may leave behind.</summary>
    private void Repeat(FunctionValue function, IOperation call)
    {
        // Of each call its own, for the function may run others again and again.
        var slot = slots.Named($"what is run again and again at {call.Syntax.SpanStart}");
        var anchored = Enumerable.Range(0, path.Heap.Count).ToList();
        var entry = path.Variables.Where(variable => !SlotTable.IsAnchor(variable)).With(slot, function);
        foreach (var id in anchored)
        {
            entry = entry.With(SlotTable.Anchor(id), new Reference(id));
        }

        var ends = new List<State>();
        var thrown = new List<(State State, ITypeSymbol? Exception)>();
        var seen = new HashSet<State>();
        var pending = new Queue<State>([State.Canonical(entry, path.Heap)]);
        while (pending.Count > 0 && !engine.GaveUp)
        {
            var state = pending.Dequeue();
            if (!seen.Add(state) || state.Variables.Find(slot) is not FunctionValue again)
            {
                continue;
            }

            ends.Add(state);
            foreach (var run in engine.Paths(state, path.ObservesExceptions))
            {
                engine.CountWalk();
                new Evaluator(engine, run, graph).CallFunction(again, [], call);
                foreach (var finding in run.Findings)
                {
                    path.Report(finding with { Subject = finding.Anchor });
                }

                thrown.AddRange(run.Thrown);
                if (!run.Ended)
                {
                    pending.Enqueue(run.State);
                }
            }
        }

        if (engine.GaveUp)
        {
            path.End();
            return;
        }

        var ways = thrown.Distinct().ToList();
        var way = path.Choose(ends.Count + ways.Count);
        Return(way < ends.Count ? ends[way] : ways[way - ends.Count].State, anchored, path.Variables, [], sharesVariables: true);
        path.Drop(slot);
        if (way >= ends.Count)
        {
            path.MayThrow(ways[way - ends.Count].Exception);
            path.End();
        }
    }

    private static bool IsTask(ITypeSymbol? type) => type is { Name: "Task" or "ValueTask", ContainingNamespace.Name: "Tasks" };
}
