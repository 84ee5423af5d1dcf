using System.Text;

namespace FineTune.Data;

/// <summary>How a <see cref="CsvDataset"/> reads its file.</summary>
public sealed record CsvOptions
{
    /// <summary>The column of the target; the last one where not stated.</summary>
    public string? Target { get; init; }

    /// <summary>The columns of the input, in this order; all but the target where not stated.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>
    /// The classes, where the target is one: its number in this list is the sample's target. Null for those that the file
    /// has, in ordinal order; give a validation file those of the training file.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// Whether the target is a class or a number; null for a class where any of the file's targets is no number.
    /// </summary>
    public bool? TargetIsClass { get; init; }

    /// <summary>
    /// The encoding of the file, as <c>Encoding.Latin1</c>; null for UTF-8, or what a mark at its start says. A byte that is not of it is
    /// an error.
    /// </summary>
    public Encoding? Encoding { get; init; }

    /// <summary>What stands between two fields.</summary>
    public char Separator { get; init; } = ',';
}
