namespace FineTune.Analyzers.CompiledModels;

/// <summary>What of a model trains, as far as the source says.</summary>
/// <param name="Kind">Which way of saying it.</param>
/// <param name="Count">How many layers, where they are counted; null where it is not a constant.</param>
/// <param name="Unit">What is counted; null where it is not a constant.</param>
internal sealed record Trainability(TrainabilityKind Kind, object? Count = null, object? Unit = null)
{
    public static readonly Trainability Unknown = new(TrainabilityKind.Unknown);
    public static readonly Trainability AtEntry = new(TrainabilityKind.AtEntry);
    public static readonly Trainability Head = new(TrainabilityKind.Head);
    public static readonly Trainability Full = new(TrainabilityKind.Full);
    public static readonly Trainability Named = new(TrainabilityKind.Named);

    /// <summary>What is left after one part was frozen or unfrozen by itself, which was not so before.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="trains">Whether it trains now.</param>
    public static Trainability Parts(string part, bool trains) => new(TrainabilityKind.Parts, part, trains);

    /// <summary>Whether layers of the backbone surely train.</summary>
    public bool UnfreezesSome =>
        Kind is TrainabilityKind.Full or TrainabilityKind.Last or TrainabilityKind.First or TrainabilityKind.Named;

    /// <summary>Whether going from <paramref name="before"/> to this changed what trains; null where nobody can tell.</summary>
    public bool? Differs(Trainability before)
    {
        if (Kind == TrainabilityKind.Unknown || before.Kind == TrainabilityKind.Unknown)
        {
            return null;
        }

        if (Kind == before.Kind && Kind == TrainabilityKind.Parts)
        {
            return Equals(before) ? false : null;
        }

        if (Kind == before.Kind && Kind is TrainabilityKind.Last or TrainabilityKind.First)
        {
            return Count is null || before.Count is null || Unit is null || before.Unit is null ? null : !Equals(before);
        }

        return Kind != before.Kind;
    }
}

internal enum TrainabilityKind
{
    /// <summary>Nobody can tell.</summary>
    Unknown,

    /// <summary>Whatever it was when the method was entered.</summary>
    AtEntry,

    /// <summary>Only the head.</summary>
    Head,

    /// <summary>Head and backbone.</summary>
    Full,

    /// <summary>The head and the last layers of the backbone.</summary>
    Last,

    /// <summary>The head and the first layers of the backbone.</summary>
    First,

    /// <summary>The head and the layers of the backbone that an attribute names.</summary>
    Named,

    /// <summary>Something else, as one part of it was frozen or unfrozen by itself.</summary>
    Parts,
}
