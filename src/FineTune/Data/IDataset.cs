namespace FineTune.Data;

/// <summary>
/// A finite list of samples that can be read in any order, from several threads at once.
/// </summary>
public interface IDataset
{
    /// <summary>The number of samples.</summary>
    int Count { get; }

    /// <summary>
    /// Reads one sample. The caller owns, and disposes of, its tensors.
    /// </summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="random">
    /// The source of whatever is random about the sample, such as augmentation. It is derived from the seed, the
    /// epoch and the index, so that a sample does not depend on what was read before it.
    /// </param>
    /// <exception cref="DamagedSampleException">What is stored cannot be read as a sample.</exception>
    Sample Read(int index, Random random);

    /// <summary>
    /// What all samples follow from, such as a hash of their files and of what is done to them: while it is the same, so
    /// is each sample that draws no random numbers, in this process and in others. Null where nobody can tell; what is
    /// computed from the samples is then kept for one <c>Fit</c> only.
    /// </summary>
    string? Identity => null;

    /// <summary>
    /// What somebody who trains on the set should know of it, such as files that were left out: <c>Fit</c> passes it on as a warning.
    /// Null for nothing.
    /// </summary>
    string? Remark => null;

    /// <summary>
    /// How inputs are made, augmentation aside: what <c>compiled.Save</c> writes down, so that predictions are made of the same inputs.
    /// Null, the default, where they are tensors already, or made in a way that no file can say.
    /// </summary>
    Preprocessing? Preprocessing => null;

    /// <summary>What a person would call the sample, such as the path of its file. Errors name it.</summary>
    string Describe(int index) => $"sample {index}";
}
