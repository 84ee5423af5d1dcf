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
    /// <summary>Whether both say the same, member by member.</summary>
    public bool Equals(Manifest? other) =>
        other is not null
        && Model == other.Model
        && UnfreezeLast == other.UnfreezeLast
        && Unit == other.Unit
        && FineTuneRate == other.FineTuneRate
        && Members.SequenceEqual(other.Members);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Model, UnfreezeLast, Unit, FineTuneRate, Members.Count);
}
