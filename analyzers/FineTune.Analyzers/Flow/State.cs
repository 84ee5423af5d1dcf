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
            hash = hash * 31 + tracked.GetHashCode();
    }

    public SlotMap Variables { get; }

    public ImmutableArray<TrackedObject> Heap { get; }

    /// <summary>The state with objects numbered in the order in which the variables reach them, the unreachable dropped.</summary>
    public static State Canonical(SlotMap variables, IReadOnlyList<TrackedObject> heap)
    {
        var numbers = new Dictionary<int, int>();
        var order = new List<int>();
        int Number(int id)
        {
            if (!numbers.TryGetValue(id, out var number))
            {
                numbers.Add(id, number = order.Count);
                order.Add(id);
            }

            return number;
        }

        var renumbered = variables.Select(value => value.Renumber(Number));
        var objects = ImmutableArray.CreateBuilder<TrackedObject>();
        for (var i = 0; i < order.Count; i++)
        {
            var tracked = heap[order[i]];
            objects.Add(tracked with { Fields = tracked.Fields.Select(value => value.Renumber(Number)) });
        }

        return new(renumbered, objects.ToImmutable());
    }

    public bool Equals(State? other)
    {
        if (other is null || hash != other.hash || Heap.Length != other.Heap.Length || !Variables.Equals(other.Variables))
            return false;
        for (var i = 0; i < Heap.Length; i++)
        {
            if (!Heap[i].Equals(other.Heap[i]))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as State);

    public override int GetHashCode() => hash;
}
