using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace FineTune.Data;

/// <summary>Datasets of TorchSharp's own kind as those of this library: its <c>torchvision.datasets</c>, and those that people
/// have.</summary>
public static class TorchDatasets
{
    /// <summary>The samples of a dataset that has a tensor for each name.</summary>
    /// <param name="dataset">The dataset, which stays the caller's to dispose of, after the last training on it.</param>
    /// <param name="input">The name of the input.</param>
    /// <param name="target">The name of the target; null for data to predict.</param>
    /// <param name="classes">
    /// The names of the classes, if the target is the number of one. All samples are then read once, when somebody asks for a class: before
    /// the first step, to split or to weigh.
    /// </param>
    /// <param name="isThreadSafe">
    /// Whether several threads may call the dataset at once. TorchSharp promises that of none: by default one does at a time, and the
    /// others augment and stack meanwhile.
    /// </param>
    /// <exception cref="FineTuneException">The dataset is too large, or, once it is read, has nothing of such a name.</exception>
    /// <remarks>
    /// What <c>GetTensor</c> makes is freed with the batch, and what the dataset made before stays its own. A dataset that keeps a tensor
    /// which it makes in <c>GetTensor</c> detaches it: <c>DetachFromDisposeScope()</c>. A <c>DataLoader</c> has no place here: <c>Fit</c>
    /// makes batches itself, from the dataset that the loader has, shuffled by its seed and read ahead.
    /// </remarks>
    /// <example><code>
    /// using var digits = torchvision.datasets.MNIST("data", train: true);
    /// var train = digits.ToFineTune(input: "data", target: "label");
    /// </code></example>
    public static IClassified ToFineTune(
        this Dataset dataset, string input = "data", string? target = "label", IReadOnlyList<string>? classes = null,
        bool isThreadSafe = false) =>
        Of(dataset, [input], target is null ? [] : [target], classes, isThreadSafe);

    /// <summary>The same of a model of several inputs, or a loss of several targets; one thread at a time calls the dataset.</summary>
    /// <param name="dataset">The dataset, which stays the caller's to dispose of, after the last training on it.</param>
    /// <param name="inputs">The names of the inputs, in the order of the model's <c>forward</c>.</param>
    /// <param name="targets">The names of the targets, in the order of the losses.</param>
    /// <param name="classes">The names of the classes, if the first target is the number of one; null for none.</param>
    /// <exception cref="FineTuneException">The dataset is too large, or, once it is read, has nothing of such a name.</exception>
    public static IClassified ToFineTune(
        this Dataset dataset, IReadOnlyList<string> inputs, IReadOnlyList<string> targets, IReadOnlyList<string>? classes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        return Of(dataset, inputs, targets, classes, isThreadSafe: false);
    }

    private static TorchDataset<Dictionary<string, Tensor>, string> Of(
        Dataset dataset, IReadOnlyList<string> inputs, IReadOnlyList<string> targets, IReadOnlyList<string>? classes, bool isThreadSafe)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new(dataset, inputs, targets, Named, classes, isThreadSafe);
    }

    private static Tensor Named(Dictionary<string, Tensor> sample, string name) => sample.TryGetValue(name, out var tensor)
        ? tensor
        : throw new FineTuneException(
            $"The dataset has nothing called '{name}'; a sample of it has {string.Join(", ", sample.Keys.Select(key => $"'{key}'"))}.");
}
