namespace FineTune.Data;

/// <summary>A dataset whose samples are each of one class that is known without reading the sample.</summary>
public interface IClassified : IDataset
{
    /// <summary>The names of the classes, by their numbers.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>The number of the class of a sample.</summary>
    /// <param name="index">From 0 to <see cref="IDataset.Count"/> - 1.</param>
    int ClassOf(int index);
}
