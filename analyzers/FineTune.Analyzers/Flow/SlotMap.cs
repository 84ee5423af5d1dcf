using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// Values by slot, immutable and equal by content. Maps are small (the tracked variables of a method), so a sorted
/// array beats a tree.
/// </summary>
internal sealed class SlotMap : IEquatable<SlotMap>, IEnumerable<KeyValuePair<int, Value>>
{
    public static readonly SlotMap Empty = new(ImmutableArray<KeyValuePair<int, Value>>.Empty);

    private readonly ImmutableArray<KeyValuePair<int, Value>> entries;
    private readonly int hash;

    private SlotMap(ImmutableArray<KeyValuePair<int, Value>> entries)
    {
        this.entries = entries;
        hash = 17;
        foreach (var entry in entries)
        {
            hash = (hash * 31 + entry.Key) * 31 + entry.Value.GetHashCode();
        }
    }

    public int Count => entries.Length;

    public Value? Find(int slot)
    {
        var index = IndexOf(slot);
        return index >= 0 ? entries[index].Value : null;
    }

    public SlotMap With(int slot, Value value)
    {
        var index = IndexOf(slot);
        if (index >= 0 && entries[index].Value.Equals(value))
        {
            return this;
        }

        var entry = new KeyValuePair<int, Value>(slot, value);
        return new(index >= 0 ? entries.SetItem(index, entry) : entries.Insert(~index, entry));
    }

    public SlotMap Without(int slot)
    {
        var index = IndexOf(slot);
        return index >= 0 ? new(entries.RemoveAt(index)) : this;
    }

    public SlotMap Where(Func<int, bool> keep)
    {
        foreach (var entry in entries)
        {
            if (!keep(entry.Key))
            {
                var changes = Change();
                changes.Keep(keep);
                return changes.ToMap();
            }
        }

        return this;
    }

    /// <summary>Begins a map that differs from this one in several slots.</summary>
    public Changes Change() => new(entries);

    /// <summary>The same values where the objects have other numbers.</summary>
    public SlotMap Renumber(Numbering numbering)
    {
        KeyValuePair<int, Value>[]? changed = null;
        for (var i = 0; i < entries.Length; i++)
        {
            var value = entries[i].Value;
            var renumbered = value.Renumber(numbering);
            if (ReferenceEquals(value, renumbered))
            {
                continue;
            }

            if (changed is null)
            {
                changed = new KeyValuePair<int, Value>[entries.Length];
                entries.CopyTo(changed);
            }

            changed[i] = new(entries[i].Key, renumbered);
        }

        return changed is null ? this : new(ImmutableCollectionsMarshal.AsImmutableArray(changed));
    }

    public bool Equals(SlotMap? other)
    {
        if (other is null || hash != other.hash || entries.Length != other.entries.Length)
        {
            return false;
        }

        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Key != other.entries[i].Key || !entries[i].Value.Equals(other.entries[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as SlotMap);

    public override int GetHashCode() => hash;

    public ImmutableArray<KeyValuePair<int, Value>>.Enumerator GetEnumerator() => entries.GetEnumerator();

    IEnumerator<KeyValuePair<int, Value>> IEnumerable<KeyValuePair<int, Value>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<int, Value>>)entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)entries).GetEnumerator();

    private int IndexOf(int slot)
    {
        int low = 0, high = entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].Key == slot)
            {
                return middle;
            }

            if (entries[middle].Key < slot)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    /// <summary>A map in the making: one array at the end, not one for each change.</summary>
    internal sealed class Changes(ImmutableArray<KeyValuePair<int, Value>> before)
    {
        private readonly List<KeyValuePair<int, Value>> entries = [.. before];

        public void Set(int slot, Value value)
        {
            var index = entries.Count;
            while (index > 0 && entries[index - 1].Key >= slot)
            {
                index--;
            }

            if (index < entries.Count && entries[index].Key == slot)
            {
                entries[index] = new(slot, value);
            }
            else
            {
                entries.Insert(index, new(slot, value));
            }
        }

        public void Remove(int slot) => entries.RemoveAll(entry => entry.Key == slot);

        public void Keep(Func<int, bool> keep) => entries.RemoveAll(entry => !keep(entry.Key));

        public SlotMap ToMap() => entries.Count == 0 ? Empty : new([.. entries]);
    }
}
