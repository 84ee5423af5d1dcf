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

    // Patterns are kept as one string, so that phases that say the same are equal.
    private const char Between = '\n';

    private readonly string? patterns;

    private Phase(PhaseKind kind, int unfrozenLayers, LayerUnit unit, bool countsFromStart = false, string? patterns = null)
    {
        Kind = kind;
        UnfrozenLayers = unfrozenLayers;
        Unit = unit;
        CountsFromStart = countsFromStart;
        this.patterns = patterns;
    }

    /// <summary>Only the head trains.</summary>
    public static Phase Head => new(PhaseKind.Head, 0, LayerUnit.Layer);

    /// <summary>Nothing is frozen, except members marked <see cref="FrozenAttribute"/>.</summary>
    public static Phase Full => new(PhaseKind.FineTune, AllLayers, LayerUnit.Layer);

    /// <summary>Head or fine-tune: which learning rates hold.</summary>
    public PhaseKind Kind { get; }

    /// <summary>How many units train, counted from an end of the backbone.</summary>
    public int UnfrozenLayers { get; }

    /// <summary>What <see cref="UnfrozenLayers"/> counts.</summary>
    public LayerUnit Unit { get; }

    /// <summary>Whether units are counted from the start of the backbone, and not from its end.</summary>
    public bool CountsFromStart { get; }

    /// <summary>The patterns for the names of the layers that train; empty where layers are counted.</summary>
    public IReadOnlyList<string> Patterns => patterns?.Split(Between) ?? [];

    /// <summary>Whether every layer of the backbone trains.</summary>
    public bool IsFull => UnfrozenLayers == AllLayers;

    /// <summary>The last <paramref name="count"/> units of the backbone train.</summary>
    /// <param name="count">At least 1; entering the phase fails where it is more than there are.</param>
    /// <param name="unit">What counts as one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public static Phase Last(int count, LayerUnit unit = LayerUnit.Layer)
    {
        ThrowIfNone(count);
        return new(PhaseKind.FineTune, count, unit);
    }

    /// <summary>The first <paramref name="count"/> units of the backbone train.</summary>
    /// <param name="count">At least 1; entering the phase fails where it is more than there are.</param>
    /// <param name="unit">What counts as one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public static Phase First(int count, LayerUnit unit = LayerUnit.Layer)
    {
        ThrowIfNone(count);
        return new(PhaseKind.FineTune, count, unit, countsFromStart: true);
    }

    /// <summary>The layers of the backbone with these names train.</summary>
    /// <param name="patterns">
    /// Names of layers or of what holds them, as in <c>layer4</c>; a <c>*</c> stands for any characters. Entering the
    /// phase fails where one of them matches no layer.
    /// </param>
    /// <exception cref="ArgumentException">There is no pattern, or an empty one.</exception>
    public static Phase Matching(params string[] patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        if (patterns.Length == 0 || patterns.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("State at least one layer to unfreeze, by a name such as 'layer4'.", nameof(patterns));
        }

        return new(PhaseKind.FineTune, 0, LayerUnit.Layer, patterns: string.Join(Between, patterns));
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

        if (patterns is not null)
        {
            return $"fine-tune ({string.Join(", ", Patterns)})";
        }

        var noun = Unit switch
        {
            LayerUnit.Parameterized => "parameterized layer",
            LayerUnit.Block => "block",
            _ => "layer",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"fine-tune ({(CountsFromStart ? "first" : "last")} {UnfrozenLayers} {noun}{(UnfrozenLayers == 1 ? "" : "s")})");
    }

    private static void ThrowIfNone(int count)
    {
        if (count < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count,
                "At least one layer must be unfrozen; to freeze the whole backbone, enter Phase.Head.");
        }
    }
}
