using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace FineTune.Data;

/// <summary>Datasets of TorchSharp's own kind that have no names for their tensors, as those of this library.</summary>
public static class TorchTensorDatasets
{
    /// <summary>
    /// The samples of a dataset that has a list of tensors, as <c>TensorDataset</c> does and what derives from <c>IterableDataset</c>,
    /// which TorchSharp asks for samples by their number all the same.
    /// </summary>
    /// <param name="dataset">The dataset, which stays the caller's to dispose of, after the last training on it.</param>
    /// <param name="input">Which tensor is the input.</param>
    /// <param name="target">Which is the target; null for data to predict.</param>
    /// <param name="classes">The names of the classes, if the target is the number of one.</param>
    /// <param name="isThreadSafe">Whether several threads may call the dataset at once.</param>
    /// <exception cref="FineTuneException">The dataset is too large, or, once it is read, has fewer tensors.</exception>
    /// <example><code>var train = torch.utils.data.TensorDataset(pictures, labels).ToFineTune(isThreadSafe: true);</code></example>
    public static IClassified ToFineTune(
        this Dataset<IList<Tensor>> dataset, int input = 0, int? target = 1, IReadOnlyList<string>? classes = null,
        bool isThreadSafe = false)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new TorchDataset<IList<Tensor>, int>(
            dataset, [input], target is { } place ? [place] : [], Numbered, classes, isThreadSafe);
    }

    private static Tensor Numbered(IList<Tensor> sample, int place) => place >= 0 && place < sample.Count
        ? sample[place]
        : throw new FineTuneException($"The dataset has no tensor number {place}; a sample of it has {sample.Count}, counted from 0.");
}
