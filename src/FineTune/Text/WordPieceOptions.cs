namespace FineTune.Text;

/// <summary>
/// How a <see cref="WordPieceTokenizer"/> reads text: as <c>do_lower_case</c> and its like in a <c>tokenizer_config.json</c>.
/// </summary>
public sealed record WordPieceOptions
{
    /// <summary>Whether text is put into small letters and loses its accents: true for models called uncased.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>The most characters of a word; a longer one is unknown.</summary>
    public int MaxWordLength { get; init; } = 100;
}
