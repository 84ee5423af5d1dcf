namespace FineTune.Analyzers.Flow;

/// <summary>New numbers for objects: given in the order in which they are asked for, or stated.</summary>
internal sealed class Numbering
{
    private readonly int[] numbers;
    private readonly List<int>? order;

    /// <summary>Numbers that are given in the order in which they are asked for.</summary>
    /// <param name="count">How many objects there are.</param>
    public Numbering(int count)
    {
        numbers = new int[count];
        order = new(count);
    }

    /// <summary>Numbers that are known, each at the place of the old one.</summary>
    public Numbering(int[] stated) => numbers = stated;

    /// <summary>How many objects have a number.</summary>
    public int Count => order?.Count ?? numbers.Length;

    /// <summary>The old number of the object with a new one.</summary>
    public int this[int number] => order![number];

    public int Of(int id)
    {
        if (order is null)
        {
            return numbers[id];
        }

        // 0 stands for an object without a number.
        if (numbers[id] == 0)
        {
            order.Add(id);
            numbers[id] = order.Count;
        }

        return numbers[id] - 1;
    }
}
