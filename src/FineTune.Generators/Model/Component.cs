namespace FineTune.Generators.Model;

/// <summary>A member that holds a part of the model: one line of <c>RegisterComponents</c>.</summary>
/// <param name="Name">The member's name, which is also the name that it is registered under.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="IsNullable">Whether it may hold nothing.</param>
/// <param name="MapsTensorToTensor">Whether it is a module that can be called with one tensor and gives one.</param>
/// <param name="PrivateOf">The base class, fully qualified, whose private field it is; null if it can be named as it is.</param>
/// <param name="TypeName">The type of its field, fully qualified; only for a base's private field.</param>
/// <param name="Role">What the attributes make of it, or null if it has no role.</param>
/// <param name="HeadRate">Its own learning rate while the backbone is frozen.</param>
/// <param name="FineTuneRate">Its own learning rate in the fine-tuning phase.</param>
/// <param name="BatchNormTrains">Whether unfrozen layers with running statistics update them.</param>
/// <param name="LayerDecay">How much lower each earlier block's rate is.</param>
/// <param name="DecayBiasAndNorm">Whether weight decay may reach biases and norms.</param>
internal sealed record Component(
    string Name,
    ComponentKind Kind,
    bool IsNullable,
    bool MapsTensorToTensor,
    string? PrivateOf,
    string? TypeName,
    ComponentRole? Role,
    double? HeadRate,
    double? FineTuneRate,
    bool BatchNormTrains,
    double? LayerDecay,
    bool DecayBiasAndNorm)
{
    /// <summary>The steps of a backbone of a user's own class; null where it has none that show.</summary>
    public StagedModule? Stages { get; init; }

    /// <summary>Why a backbone is cut before or after as a whole; null where the cut may fall inside, or nothing is to be said.</summary>
    public string? Whole { get; init; }

    /// <summary>The part of a backbone that is the head; null where the backbone has none inside.</summary>
    public HeadPart? Head { get; init; }
}

/// <summary>A head inside a backbone.</summary>
/// <param name="Path">The names from the backbone down to it.</param>
/// <param name="Rate">Its own learning rate while the backbone is frozen.</param>
internal sealed record HeadPart(string Path, double? Rate);
