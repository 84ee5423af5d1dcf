namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Everything a random program can change: small numbers, so that equal memories are found equal.</summary>
internal sealed class Memory : IEquatable<Memory>
{
    public const int Owners = 2, Subjects = 3, Parameters = 3;

    private const int Alias = Owners,
        FirstSubject = Alias + 1,
        FirstParameter = FirstSubject + Subjects,
        FlagCell = FirstParameter + Parameters,
        CaseCell = FlagCell + 1;

    private readonly int[] cells;

    public Memory() => cells = new int[CaseCell + 1];

    private Memory(int[] cells) => this.cells = cells;

    public bool Flag
    {
        get => cells[FlagCell] == 1;
        set => cells[FlagCell] = value ? 1 : 0;
    }

    public int Case
    {
        get => cells[CaseCell];
        set => cells[CaseCell] = value;
    }

    /// <summary>Which owner the name stands for.</summary>
    public int Owner(int name) => name == Alias ? cells[Alias] : name;

    public void PointAlias(int owner) => cells[Alias] = owner;

    public int Trainability(int owner) => cells[owner];

    public void SetTrainability(int owner, int value) => cells[owner] = value;

    public Subject this[int variable]
    {
        get => Subject.Unpack(cells[FirstSubject + variable]);
        set => cells[FirstSubject + variable] = value.Pack();
    }

    public bool Parameter(int index) => cells[FirstParameter + index] == 1;

    public void SetParameter(int index, bool value) => cells[FirstParameter + index] = value ? 1 : 0;

    public Memory Copy() => new([.. cells]);

    public bool Equals(Memory? other) => other is not null && cells.AsSpan().SequenceEqual(other.cells);

    public override bool Equals(object? obj) => Equals(obj as Memory);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var cell in cells)
        {
            hash.Add(cell);
        }

        return hash.ToHashCode();
    }
}

/// <summary>What is built over an owner, and what of the owner trained then; unbound where it came from outside.</summary>
/// <param name="Owner">Over which owner; −1 for an unbound one.</param>
/// <param name="Bound">What trained when it was built.</param>
/// <param name="Depth">In which frame it was built: 0 for the method, 1 for a helper that it calls.</param>
internal readonly record struct Subject(int Owner, int Bound, int Depth)
{
    public static readonly Subject Unbound = new(-1, 0, 0);

    public int Pack() => Owner < 0 ? 0 : 1 + Owner + 2 * (Depth + 2 * (Bound + 1));

    public static Subject Unpack(int packed) =>
        packed == 0 ? Unbound : new((packed - 1) % 2, (packed - 1) / 4 - 1, (packed - 1) / 2 % 2);
}
