using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace FineTune;

/// <summary>
/// What the attributes of a model say, as data: written into checkpoints, so that a resume can tell what differs.
/// </summary>
/// <param name="Model">The name of the model's class.</param>
/// <param name="Members">Its members, in declaration order.</param>
/// <param name="UnfreezeLast">The count of <see cref="UnfreezeLastAttribute"/>, where the class has one.</param>
/// <param name="Unit">What that count counts.</param>
/// <param name="FineTuneRate">The rate of the class's <see cref="FineTuneLRAttribute"/>, where it has one.</param>
public sealed record Manifest(
    string Model,
    IReadOnlyList<ManifestMember> Members,
    int? UnfreezeLast = null,
    LayerUnit Unit = LayerUnit.Layer,
    double? FineTuneRate = null)
{
    /// <summary>The count of <see cref="UnfreezeFirstAttribute"/>, where the class has one.</summary>
    public int? UnfreezeFirst { get; init; }

    /// <summary>What that count counts.</summary>
    public LayerUnit UnfreezeFirstUnit { get; init; }

    /// <summary>The patterns of <see cref="UnfreezeAttribute"/>.</summary>
    public IReadOnlyList<string> UnfreezePatterns { get; init; } = [];

    /// <summary>The epochs of <see cref="GradualUnfreezeAttribute"/>, where the class has one.</summary>
    public int? EpochsPerBlock { get; init; }

    /// <summary>The names of what <c>forward</c> takes, where that is not one tensor, as its parameters are called.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>
    /// The names of what <c>forward</c> returns, where that is a tuple, as its elements are called (<c>Item1</c> where they have no name):
    /// those by which losses and metrics say which output they look at.
    /// </summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>
    /// The names of each parameter that the model holds in several places, as with tied weights. A model knows them once it was
    /// compiled: the compiled model's <c>Manifest</c> has them.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> SharedParameters { get; init; } = [];

    /// <summary>
    /// SHA-256, in hexadecimal digits, of everything that the manifest says: equal where a checkpoint was written by
    /// a class with the same parts in the same roles, at the same rates.
    /// </summary>
    public string Hash => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())));

    /// <summary>
    /// Everything that the manifest says, on one line: what a checkpoint records, so that a resume can say what differs.
    /// </summary>
    public override string ToString()
    {
        List<string> parts = [Model];
        if (UnfreezeLast is { } last)
        {
            parts.Add(Invariant($"last {last} {Unit}"));
        }

        if (UnfreezeFirst is { } first)
        {
            parts.Add(Invariant($"first {first} {UnfreezeFirstUnit}"));
        }

        parts.AddRange(UnfreezePatterns.Select(pattern => $"unfreezes '{pattern}'"));
        if (EpochsPerBlock is { } epochs)
        {
            parts.Add(Invariant($"a block every {epochs} epochs"));
        }

        if (FineTuneRate is { } rate)
        {
            parts.Add(Invariant($"fine-tuned at {rate:R}"));
        }

        if (Inputs.Count > 0)
        {
            parts.Add($"takes {string.Join(", ", Inputs)}");
        }

        if (Outputs.Count > 0)
        {
            parts.Add($"answers {string.Join(", ", Outputs)}");
        }

        foreach (var member in Members)
        {
            parts.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{member.Name}: {member.Role}, rates {Text(member.HeadRate)} and {Text(member.FineTuneRate)}, norms "
                        + $"{member.BatchNorm}, layer decay {Text(member.LayerDecay)}, weight decay of "
                        + $"{(member.DecayBiasAndNorm ? "all" : "weights")}"));
        }

        parts.AddRange(SharedParameters.Select(names => $"one parameter: {string.Join(" = ", names)}"));
        return string.Join("; ", parts);

        static string Text(double? number) => number is { } stated ? Invariant($"{stated:R}") : "unstated";
    }

    /// <summary>
    /// The member that something of the model is part of, by its path: the innermost, where one is a part of another as a head inside a
    /// backbone is. Null where no attribute names any.
    /// </summary>
    internal ManifestMember? MemberOf(string path) =>
        Members
            .Where(member => path == member.Name || path.StartsWith(member.Name + ".", StringComparison.Ordinal))
            .MaxBy(member => member.Name.Length);

    /// <summary>Whether both say the same, member by member.</summary>
    public bool Equals(Manifest? other) =>
        other is not null
        && Model == other.Model
        && UnfreezeLast == other.UnfreezeLast
        && Unit == other.Unit
        && FineTuneRate == other.FineTuneRate
        && UnfreezeFirst == other.UnfreezeFirst
        && UnfreezeFirstUnit == other.UnfreezeFirstUnit
        && EpochsPerBlock == other.EpochsPerBlock
        && UnfreezePatterns.SequenceEqual(other.UnfreezePatterns)
        && Inputs.SequenceEqual(other.Inputs)
        && Outputs.SequenceEqual(other.Outputs)
        && Members.SequenceEqual(other.Members)
        && SharedParameters.SelectMany(names => names).SequenceEqual(other.SharedParameters.SelectMany(names => names));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Model, UnfreezeLast, Unit, FineTuneRate, Members.Count);
}
