using System.Globalization;

namespace FineTune;

/// <summary>
/// What trains: the one value from which a model's trainability, learning rates and normalization modes follow.
/// </summary>
/// <example><code>
/// model.EnterPhase(Phase.Head);       // the backbone is frozen
/// model.EnterPhase(Phase.Last(20));   // its last 20 layers train too
/// </code></example>
public readonly record struct Phase
{
    private const int AllLayers = int.MaxValue;

    private Phase(PhaseKind kind, int unfrozenLayers, LayerUnit unit)
    {
        Kind = kind;
        UnfrozenLayers = unfrozenLayers;
        Unit = unit;
    }

    /// <summary>Only the head trains.</summary>
    public static Phase Head => new(PhaseKind.Head, 0, LayerUnit.Layer);

    /// <summary>Nothing is frozen, except members marked <see cref="FrozenAttribute"/>.</summary>
    public static Phase Full => new(PhaseKind.FineTune, AllLayers, LayerUnit.Layer);

    /// <summary>Head or fine-tune: which learning rates hold.</summary>
    public PhaseKind Kind { get; }

    /// <summary>How many units train, counted from the end of the backbone; more than there are means all.</summary>
    public int UnfrozenLayers { get; }

    /// <summary>What <see cref="UnfrozenLayers"/> counts.</summary>
    public LayerUnit Unit { get; }

    /// <summary>Whether every layer of the backbone trains.</summary>
    public bool IsFull => UnfrozenLayers == AllLayers;

    /// <summary>The last <paramref name="count"/> units of the backbone train; more than there are means all.</summary>
    /// <param name="count">At least 1.</param>
    /// <param name="unit">What counts as one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public static Phase Last(int count, LayerUnit unit = LayerUnit.Layer)
    {
        if (count < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count,
                "At least one layer must be unfrozen; to freeze the whole backbone, enter Phase.Head.");
        }

        return new(PhaseKind.FineTune, count, unit);
    }

    /// <summary>The phase in words: <c>head</c>, <c>fine-tune (last 20 layers)</c>, <c>fine-tune (all layers)</c>.</summary>
    public override string ToString()
    {
        if (Kind == PhaseKind.Head)
        {
            return "head";
        }

        if (IsFull)
        {
            return "fine-tune (all layers)";
        }

        var noun = Unit switch
        {
            LayerUnit.Parameterized => "parameterized layer",
            LayerUnit.Block => "block",
            _ => "layer",
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"fine-tune (last {UnfrozenLayers} {noun}{(UnfrozenLayers == 1 ? "" : "s")})");
    }
}
