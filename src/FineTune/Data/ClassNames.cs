namespace FineTune.Data;

/// <summary>What a dataset says of its classes.</summary>
internal static class ClassNames
{
    private const int MostShown = 10;

    /// <summary>The classes of a dataset; null where it has none, as one whose targets are numbers.</summary>
    public static IReadOnlyList<string>? Of(IDataset data) => (data as IClassified)?.Classes is { Count: > 0 } classes ? classes : null;

    /// <summary>The names in a sentence; of many, the first few.</summary>
    public static string Listed(IReadOnlyList<string> classes) => classes.Count <= MostShown
        ? string.Join(", ", classes)
        : $"{string.Join(", ", classes.Take(MostShown))} and {classes.Count - MostShown} more";

    /// <exception cref="FineTuneException">
    /// The classes differ, or are in another order: the same number would mean two things. The sentence lists both.
    /// </exception>
    public static void ThrowUnlessSame(IReadOnlyList<string>? trained, IReadOnlyList<string>? other, string what)
    {
        if (trained is not null && other is not null && !trained.SequenceEqual(other, StringComparer.Ordinal))
        {
            throw new FineTuneException(
                $"The training data has the classes {Listed(trained)} (numbered from 0 in this order), the {what} data has "
                    + $"{Listed(other)}: the same number would mean two classes. Load it with the training data's own list, as in "
                    + "Load(path, new() { Classes = train.Classes }), or split one set in two.");
        }
    }
}
