using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// One path through one basic block, while it is walked. Where an operation may go several ways, <see cref="Choose"/>
/// takes one of them and notes the others; the block is then walked again for each of those.
/// </summary>
internal sealed class FlowPath
{
    private readonly IReadOnlyList<int> script;
    private IReadOnlyList<TrackedObject> heap;
    private List<TrackedObject>? changed;
    private List<(int Taken, int Count)>? choices;
    private List<(State State, ITypeSymbol? Exception)>? thrown;
    private State state;
    private SlotMap stateVariables;
    private int stateChanges;
    private SlotMap? variablesWhenThrown;
    private int changes;
    private int changesWhenThrown;
    private List<Finding>? findings;

    public FlowPath(State start, IReadOnlyList<int> script, SlotTable slots, bool observesExceptions = false)
    {
        (state, stateVariables, Variables) = (start, start.Variables, start.Variables);
        heap = ImmutableCollectionsMarshal.AsArray(start.Heap)!;
        this.script = script;
        Slots = slots;
        ObservesExceptions = observesExceptions;
    }

    /// <summary>Whether anybody may catch what is thrown here.</summary>
    public bool ObservesExceptions { get; }

    public SlotTable Slots { get; }

    public SlotMap Variables { get; private set; }

    public IReadOnlyList<TrackedObject> Heap => heap;

    /// <summary>Whether the path ends here: nothing after this operation runs.</summary>
    public bool Ended { get; private set; }

    public IReadOnlyList<(State State, ITypeSymbol? Exception)> Thrown => thrown ?? [];

    public IReadOnlyList<Finding> Findings => findings ?? [];

    public State State
    {
        get
        {
            // Most operations change nothing, and most paths are asked for their state several times.
            if (!ReferenceEquals(stateVariables, Variables) || stateChanges != changes)
            {
                (state, stateVariables, stateChanges) = (State.Canonical(Variables, heap), Variables, changes);
            }

            return state;
        }
    }

    /// <summary>One of <paramref name="count"/> ways; over all walks of the block, each of them.</summary>
    public int Choose(int count)
    {
        choices ??= [];
        var taken = choices.Count < script.Count ? script[choices.Count] : 0;
        choices.Add((taken, count));
        return taken;
    }

    /// <summary>The walks that take the ways this one did not, each the first to leave this one's.</summary>
    public IEnumerable<IReadOnlyList<int>> Alternatives()
    {
        for (var i = script.Count; i < choices?.Count; i++)
        {
            for (var other = 1; other < choices[i].Count; other++)
            {
                yield return [.. choices.Take(i).Select(choice => choice.Taken), other];
            }
        }
    }

    public void End() => Ended = true;

    /// <summary>An exception may leave the block here. Its type is null where it may be any.</summary>
    public void MayThrow(ITypeSymbol? exception = null)
    {
        if (Ended || !ObservesExceptions)
        {
            return;
        }

        // Most calls change nothing: what the next one throws is thrown in the same state.
        if (exception is null)
        {
            if (ReferenceEquals(variablesWhenThrown, Variables) && changesWhenThrown == changes)
            {
                return;
            }

            (variablesWhenThrown, changesWhenThrown) = (Variables, changes);
        }

        (thrown ??= []).Add((State, exception));
    }

    public void Report(Finding finding)
    {
        if (!Ended)
        {
            (findings ??= []).Add(finding with { Anchor = AnchorOf(finding.Subject) });
        }
    }

    /// <summary>The variable that a name stands for: itself, unless it is a <c>ref</c> local.</summary>
    public int Unaliased(int slot) => Variables.Find(slot) is VariableAlias alias ? alias.Slot : slot;

    public Value Read(int slot) => Variables.Find(Unaliased(slot)) switch
    {
        null or LeakedVariable => Value.Unknown,
        var value => value,
    };

    public void Write(int slot, Value value)
    {
        slot = Unaliased(slot);
        if (Variables.Find(slot) is LeakedVariable)
        {
            Escape(value);
        }
        else
        {
            Bind(slot, value);
        }
    }

    /// <summary>Writes the variable itself, whatever it stands for.</summary>
    public void Bind(int slot, Value value)
    {
        foreach (var condition in Slots.DependentsOf(slot))
        {
            Variables = Variables.Without(condition);
        }

        var isStatic = Slots.IsStatic(slot);
        Variables = isStatic ? Put(Variables, slot, value) : value is UnknownValue ? Variables.Without(slot) : Variables.With(slot, value);
        if (isStatic)
        {
            Escape(value);
        }
    }

    private SlotMap Put(SlotMap members, int slot, Value value) =>
        value is UnknownValue && !Slots.MayStandForObject(slot) ? members.Without(slot) : members.With(slot, value);

    public void Drop(int slot) => Variables = Variables.Without(slot);

    public Reference New(Fact fact, ITypeSymbol? type, bool exact, bool escaped = false)
    {
        var objects = ChangedHeap();
        objects.Add(new(fact, SlotMap.Empty, escaped, type, exact));
        return Reference.To(objects.Count - 1);
    }

    public TrackedObject this[Reference reference]
    {
        get => heap[reference.Id];
        set => ChangedHeap()[reference.Id] = value;
    }

    /// <summary>The heap to be changed: the path's own, where the state's was good enough so far.</summary>
    private List<TrackedObject> ChangedHeap()
    {
        changes++;
        if (changed is null)
        {
            heap = changed = [.. heap];
        }

        return changed;
    }

    public T? Fact<T>(Value? value) where T : Fact => value is Reference reference ? this[reference].Fact as T : null;

    public void Update(Reference reference, Fact fact) => this[reference] = this[reference] with { Fact = fact };

    public void WriteField(Reference owner, int field, Value value)
    {
        foreach (var condition in Slots.DependentsOf(field))
        {
            Variables = Variables.Without(condition);
        }

        this[owner] = this[owner] with { Fields = Put(this[owner].Fields, field, value) };
        if (this[owner].Escaped)
        {
            Escape(value);
        }
    }

    /// <summary>Code that we cannot see holds <paramref name="value"/> from now on, and all that it reaches.</summary>
    public void Escape(Value value)
    {
        switch (value)
        {
            case Reference reference when !this[reference].Escaped:
                this[reference] = this[reference] with { Escaped = true };
                foreach (var field in this[reference].Fields)
                {
                    Escape(field.Value);
                }

                break;
            case TupleValue tuple:
                foreach (var element in tuple.Elements)
                {
                    Escape(element);
                }

                break;
        }
    }

    /// <summary>Code that we cannot see ran: of what it may hold, nothing is known any more.</summary>
    public void ForgetEscaped(FlowDomain domain)
    {
        for (var id = 0; id < heap.Count; id++)
        {
            if (heap[id].Escaped)
            {
                var forgotten = heap[id].Fields;
                foreach (var field in heap[id].Fields)
                {
                    if (Slots.SymbolOf(field.Key) is not null && !Slots.IsSingleValued(field.Key))
                    {
                        forgotten = Put(forgotten, field.Key, Value.Unknown);
                    }
                }

                ChangedHeap()[id] = heap[id] with { Fact = domain.Forget(heap[id].Fact), Fields = forgotten };
            }
        }

        foreach (var variable in Variables)
        {
            if (Slots.IsStatic(variable.Key) && !Slots.IsSingleValued(variable.Key))
            {
                Variables = Put(Variables, variable.Key, Value.Unknown);
            }
        }
    }

    /// <summary>How the source names <paramref name="value"/> at this point; null where no variable holds it.</summary>
    public string? NameOf(Value value)
    {
        foreach (var variable in Variables)
        {
            if (variable.Value.Equals(value) && Slots.SymbolOf(variable.Key) is { CanBeReferencedByName: true } symbol)
            {
                return symbol.Name;
            }
        }

        if (Variables.Find(Slots.This) is Reference receiver)
        {
            if (receiver.Equals(value))
            {
                return "this";
            }

            foreach (var field in this[receiver].Fields)
            {
                if (field.Value.Equals(value) && Slots.SymbolOf(field.Key) is { CanBeReferencedByName: true } symbol)
                {
                    return symbol.Name;
                }
            }
        }

        return null;
    }

    private int AnchorOf(int id)
    {
        foreach (var variable in Variables)
        {
            if (SlotTable.IsAnchor(variable.Key) && variable.Value is Reference reference && reference.Id == id)
            {
                return variable.Key;
            }
        }

        return -1;
    }

    /// <summary>Takes over what a call left behind.</summary>
    public void Replace(SlotMap variables, List<TrackedObject> objects)
    {
        Variables = variables;
        changes++;
        heap = changed = objects;
    }
}
