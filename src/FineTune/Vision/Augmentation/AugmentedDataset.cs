using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// A dataset whose pictures are augmented as they are read: tensors in memory, or whatever else has pictures for its first input. For
/// training data alone; an <see cref="ImageFolder"/> has <see cref="ImageFolderOptions.Augment"/> instead.
/// </summary>
/// <example><code>
/// var train = new AugmentedDataset(new InMemoryDataset(pictures, labels), [Augmentations.HorizontalFlip(), Augmentations.RandAugment()]);
/// </code></example>
public sealed class AugmentedDataset : IClassified, IKnownTargets, IAugmented
{
    private static readonly Scalar FromBytes = 1.0 / 255;

    private readonly IDataset data;
    private readonly IReadOnlyList<Augmentation> augment;
    private readonly Normalization? normalization;

    /// <summary>The samples of <paramref name="data"/>, augmented.</summary>
    /// <param name="data">
    /// Its first input is a picture of shape [1 or 3, height, width], from 0 to 1, or of bytes, which become that.
    /// </param>
    /// <param name="augment">What is done, one after the other; none to normalize alone, as for validation.</param>
    /// <param name="normalization">
    /// What is done before those of <see cref="Augmentation.IsAfterNormalization"/>; null for nothing.
    /// </param>
    public AugmentedDataset(IDataset data, IReadOnlyList<Augmentation> augment, Normalization? normalization = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(augment);
        this.data = data;
        this.augment = [.. augment];
        this.normalization = normalization;
    }

    /// <inheritdoc/>
    public int Count => data.Count;

    /// <summary>Those of the dataset; none where it has none.</summary>
    public IReadOnlyList<string> Classes => (data as IClassified)?.Classes ?? [];

    /// <summary>That of the dataset, and what is done to it; null where nobody can tell.</summary>
    public string? Identity
    {
        get
        {
            if (data.Identity is not { } whole || augment.Identity() is not { } changes)
            {
                return null;
            }

            var identity = new Fingerprint("augmented");
            identity.Add(whole);
            identity.Add(changes);
            identity.Add(normalization?.Identity ?? "none");
            return identity.ToString();
        }
    }

    /// <summary>That of the dataset.</summary>
    public string? Remark => data.Remark;

    /// <summary>That of the dataset.</summary>
    /// <exception cref="FineTuneException">The dataset has no classes.</exception>
    public int ClassOf(int index) => data is IClassified classified
        ? classified.ClassOf(index)
        : throw new FineTuneException("The dataset that is augmented does not say which class a sample is of.");

    /// <inheritdoc/>
    public Sample Read(int index, Random random)
    {
        using var scope = NewDisposeScope();
        var sample = data.Read(index, random);
        var input = sample.Inputs[0];
        if (input.dim() != 3 || input.size(0) is not (1 or 3) || input.dtype is not (ScalarType.Float32 or ScalarType.Byte))
        {
            throw new FineTuneException(
                $"The first input of {data.Describe(index)} is {input.dtype} [{string.Join(", ", input.shape)}]; expected a picture of "
                    + "shape [1 or 3, height, width], Float32 from 0 to 1 or Byte.");
        }

        var picture = input.dtype == ScalarType.Byte ? input.to_type(ScalarType.Float32).mul_(FromBytes) : input;
        var changed = augment.Apply(picture, random, normalization);
        return new(
            [changed.MoveToOuterDisposeScope(), .. sample.Inputs.Skip(1).Select(other => other.MoveToOuterDisposeScope())],
            sample.Targets.Select(target => target.MoveToOuterDisposeScope()));
    }

    /// <summary>What the dataset calls the sample.</summary>
    public string Describe(int index) => data.Describe(index);

    string? IAugmented.Augmentation => augment.Described();

    KnownTargets? IKnownTargets.Targets() => (data as IKnownTargets)?.Targets();
}
