namespace FineTune.Data;

/// <summary>Some samples of a dataset of classes.</summary>
public sealed class ClassifiedSubset : Subset, IClassified
{
    private readonly IClassified data;

    /// <summary>The samples of <paramref name="data"/> at <paramref name="indices"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of the dataset's.</exception>
    public ClassifiedSubset(IClassified data, IReadOnlyList<int> indices) : base(data, indices) => this.data = data;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => data.Classes;

    /// <inheritdoc/>
    public int ClassOf(int index) => data.ClassOf(Indices[index]);

    /// <summary>
    /// Splits a dataset so that both parts have the same share of each class: the same split for the same seed.
    /// </summary>
    /// <param name="data">What to split.</param>
    /// <param name="validationSplit">The share of each class that goes into the second part, rounded, but at least one sample.</param>
    /// <param name="seed">What the choice is derived from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not above 0 and below 1.</exception>
    /// <exception cref="FineTuneException">A class has fewer than two samples.</exception>
    public static (ClassifiedSubset Train, ClassifiedSubset Validation) Split(IClassified data, double validationSplit = 0.2, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(validationSplit > 0 && validationSplit < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(validationSplit), validationSplit, "The share must be above 0 and below 1.");
        }

        var random = new Random(seed);
        var (train, validation) = (new List<int>(), new List<int>());
        foreach (var group in Enumerable.Range(0, data.Count).GroupBy(data.ClassOf).OrderBy(group => group.Key))
        {
            int[] shuffled = [.. group];
            if (shuffled.Length < 2)
            {
                throw new FineTuneException(
                    $"The class '{data.Classes[group.Key]}' has one sample only; at least 2 are needed to split them.");
            }

            var kept = Pick(shuffled, validationSplit, random);
            validation.AddRange(shuffled[..kept]);
            train.AddRange(shuffled[kept..]);
        }

        return (new ClassifiedSubset(data, [.. train.Order()]), new ClassifiedSubset(data, [.. validation.Order()]));
    }

    /// <summary>
    /// Shuffles the samples of one class, of which there are at least two, and says how many at the start are for validation.
    /// </summary>
    internal static int Pick<T>(T[] samples, double validationSplit, Random random)
    {
        random.Shuffle(samples);
        return Math.Clamp((int)Math.Round(samples.Length * validationSplit), 1, samples.Length - 1);
    }
}
