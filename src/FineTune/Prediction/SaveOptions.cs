using FineTune.Data;

namespace FineTune;

/// <summary>What <see cref="SavedModel.Save"/> writes besides the weights, where it is not what the training knew.</summary>
public sealed record SaveOptions
{
    /// <summary>The names of the classes by their numbers; null for those of the training data.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// How an input is made of a picture or a text; null for what the training data says, which a dataset of one's own does in
    /// <see cref="IDataset.Preprocessing"/>. Where neither says it, predictions are made of tensors.
    /// </summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>
    /// What makes probabilities of the output; null for what the loss says, which one of one's own, and a loop of one's own, do not.
    /// </summary>
    public OutputActivation? Activation { get; init; }

    /// <summary>The name of the pre-trained part; null for the name of the file that <c>LoadBackbone</c> read.</summary>
    public string? Backbone { get; init; }

    /// <summary>The time that the file states; null for now. With one that is stated, two files of the same model are equal.</summary>
    public DateTimeOffset? SavedAt { get; init; }
}
