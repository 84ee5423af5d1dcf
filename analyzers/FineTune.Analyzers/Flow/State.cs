using System.Collections.Immutable;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// Everything known at a point of one path: what each variable holds, and the objects that they reach.
/// </summary>
/// <remarks>
/// The lattice is the set of such states, joined by union. It is finite: facts are finite, and objects that nothing
/// reaches are dropped. States keep together what holds together, so that a variable assigned on one branch and an
/// object changed on the same branch are never mixed with those of the other branch; a bit set for each object would
/// mix them, and raise false alarms.
/// </remarks>
internal sealed class State : IEquatable<State>
{
    public static readonly State Empty = Canonical(SlotMap.Empty, ImmutableArray<TrackedObject>.Empty);

    private readonly int hash;

    private State(SlotMap variables, ImmutableArray<TrackedObject> heap)
    {
        Variables = variables;
        Heap = heap;
        hash = variables.GetHashCode();
        foreach (var tracked in heap)
        {
            hash = hash * 31 + tracked.GetHashCode();
        }
    }

    public SlotMap Variables { get; }

    public ImmutableArray<TrackedObject> Heap { get; }

    /// <summary>The state with objects numbered in the order in which the variables reach them, the unreachable dropped.</summary>
    public static State Canonical(SlotMap variables, IReadOnlyList<TrackedObject> heap)
    {
        if (heap.Count == 0)
        {
            return new(variables, ImmutableArray<TrackedObject>.Empty);
        }

        var numbering = new Numbering(heap.Count);
        var renumbered = variables.Renumber(numbering);
        var objects = ImmutableArray.CreateBuilder<TrackedObject>(heap.Count);
        for (var i = 0; i < numbering.Count; i++)
        {
            var tracked = heap[numbering[i]];
            var fields = tracked.Fields.Renumber(numbering);
            objects.Add(ReferenceEquals(fields, tracked.Fields) ? tracked : tracked with { Fields = fields });
        }

        return new(renumbered, objects.Count == objects.Capacity ? objects.MoveToImmutable() : objects.ToImmutable());
    }

    /// <summary>The state with fewer variables, and without what only those reached.</summary>
    public State With(SlotMap variables) => ReferenceEquals(variables, Variables) ? this : Canonical(variables, Heap);

    public bool Equals(State? other)
    {
        if (other is null || hash != other.hash || Heap.Length != other.Heap.Length || !Variables.Equals(other.Variables))
        {
            return false;
        }

        for (var i = 0; i < Heap.Length; i++)
        {
            if (!Heap[i].Equals(other.Heap[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as State);

    public override int GetHashCode() => hash;
}
