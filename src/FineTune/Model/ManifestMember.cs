namespace FineTune;

/// <summary>What the attributes say of one member of an annotated model.</summary>
/// <param name="Name">
/// The name under which the member is registered: the prefix of its parameters' names. A head inside a backbone has its path, as in
/// <c>model.fc</c>.
/// </param>
/// <param name="Role">The part it plays.</param>
/// <param name="HeadRate">Its learning rate in the head phase, where an attribute states one.</param>
/// <param name="FineTuneRate">Its learning rate in the fine-tune phase, where an attribute states one.</param>
public sealed record ManifestMember(string Name, MemberRole Role, double? HeadRate = null, double? FineTuneRate = null)
{
    /// <summary>What its normalization layers do once they are unfrozen.</summary>
    public BatchNormMode BatchNorm { get; init; }

    /// <summary>The factor of <see cref="LayerDecayAttribute"/>, where it or its class has one.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>Whether weight decay may reach its biases and norms; false under <see cref="NoWeightDecayAttribute"/>.</summary>
    public bool DecayBiasAndNorm { get; init; } = true;
}
