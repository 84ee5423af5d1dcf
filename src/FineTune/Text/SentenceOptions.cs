using System.Text;

namespace FineTune.Text;

/// <summary>How <see cref="SentenceTable"/> reads its file.</summary>
public sealed record SentenceOptions
{
    /// <summary>The column of the sentences; the first one where not stated.</summary>
    public string? Text { get; init; }

    /// <summary>The column of the classes; the last one where not stated.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// The classes: a name's number in this list is the sample's target. Null for those that the file has, in ordinal
    /// order; give a validation file those of the training file.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>How many tokens a sentence is cut or filled up to.</summary>
    public int Length { get; init; } = 128;

    /// <summary>
    /// The encoding of the file, as <c>Encoding.Latin1</c>; null for UTF-8, or what a mark at its start says. A byte that is not of it is
    /// an error.
    /// </summary>
    public Encoding? Encoding { get; init; }

    /// <summary>What stands between two fields.</summary>
    public char Separator { get; init; } = ',';
}
