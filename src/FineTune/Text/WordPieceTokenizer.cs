using FineTune.Data;

namespace FineTune.Text;

/// <summary>
/// BERT's tokenizer: text is cleaned, split at spaces and punctuation, and each word is taken apart into the longest
/// pieces that the vocabulary has, from its start; the later ones begin with <c>##</c>. A word that cannot be is
/// <c>[UNK]</c>.
/// </summary>
/// <example>
/// <code>
/// var tokenizer = WordPieceTokenizer.Load("vocab.txt");
/// tokenizer.Tokenize("Unaffable!");               // "una", "##ffa", "##ble", "!"
/// long[] numbers = tokenizer.Encode("Unaffable!", length: 32);
/// </code>
/// </example>
public sealed class WordPieceTokenizer
{
    private const string Padding = "[PAD]", Unknown = "[UNK]", First = "[CLS]", Separator = "[SEP]", Mask = "[MASK]";
    private static readonly string[] Special = [Padding, Unknown, First, Separator, Mask];

    private readonly Dictionary<string, int> numbers;

    private WordPieceTokenizer(string[] tokens, Dictionary<string, int> numbers, WordPieceOptions options)
    {
        Vocabulary = tokens;
        this.numbers = numbers;
        Options = options;
    }

    /// <summary>The tokens by their numbers.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>How text is read.</summary>
    internal WordPieceOptions Options { get; }

    /// <summary>A hash of the vocabulary and of how text is read.</summary>
    internal string Identity
    {
        get
        {
            var identity = new Fingerprint("WordPiece");
            identity.Add($"{Options}");
            foreach (var token in Vocabulary)
            {
                identity.Add(token);
            }

            return identity.ToString();
        }
    }

    /// <summary>The number that <see cref="Encode"/> fills up with.</summary>
    public int PaddingToken => numbers[Padding];

    /// <summary>Reads a vocabulary: a file of UTF-8 text with one token a line, whose numbers are those of the lines, from 0.</summary>
    /// <param name="path">A <c>vocab.txt</c>, as it lies beside BERT's weights.</param>
    /// <param name="options">How text is read.</param>
    /// <exception cref="FineTuneException">It cannot be read, has a token twice, or lacks one of [PAD], [UNK], [CLS] and [SEP].</exception>
    public static WordPieceTokenizer Load(string path, WordPieceOptions? options = null) =>
        Parse(TextFile.Read("vocabulary", path), path, options ?? new());

    /// <summary>Reads a vocabulary, one token a line.</summary>
    /// <param name="vocabulary">The text.</param>
    /// <param name="path">Where it comes from, for an error.</param>
    /// <param name="options">How text is read.</param>
    /// <exception cref="FineTuneException">It has a token twice, or lacks one of [PAD], [UNK], [CLS] and [SEP].</exception>
    internal static WordPieceTokenizer Parse(string vocabulary, string path, WordPieceOptions options)
    {
        string[] tokens = [.. Lines(vocabulary)];
        var numbers = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (!numbers.TryAdd(tokens[i], i))
            {
                throw new FineTuneException(
                    $"'{path}' has the token '{tokens[i]}' in line {numbers[tokens[i]] + 1} and again in line {i + 1}; expected each "
                        + "once.");
            }
        }

        if (Special[..4].FirstOrDefault(token => !numbers.ContainsKey(token)) is { } missing)
        {
            throw new FineTuneException($"'{path}' has no token '{missing}'; expected BERT's vocabulary, one token a line.");
        }

        return new WordPieceTokenizer(tokens, numbers, options);
    }

    private static IEnumerable<string> Lines(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The pieces of a text, without <c>[CLS]</c> and <c>[SEP]</c>.</summary>
    public IReadOnlyList<string> Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pieces = new List<string>();
        foreach ((var part, var isSpecial) in BetweenSpecialTokens(text))
        {
            if (isSpecial)
            {
                pieces.Add(part);
                continue;
            }

            foreach (var word in BertText.Words(part, Options.LowerCase))
            {
                AddPieces(word, pieces);
            }
        }

        return pieces;
    }

    /// <summary>
    /// The numbers of a text's tokens, between those of <c>[CLS]</c> and <c>[SEP]</c>, cut or filled up to a length.
    /// </summary>
    /// <param name="text">A sentence.</param>
    /// <param name="length">How many numbers come back, at least 2.</param>
    public long[] Encode(string text, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        var encoded = new long[length];
        Array.Fill(encoded, PaddingToken);
        var count = 0;
        encoded[count++] = numbers[First];
        foreach (var piece in Tokenize(text).Take(length - 2))
        {
            encoded[count++] = numbers[piece];
        }

        encoded[count] = numbers[Separator];
        return encoded;
    }

    private IEnumerable<(string Part, bool IsSpecial)> BetweenSpecialTokens(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '['
                || Special.FirstOrDefault(token =>
                    numbers.ContainsKey(token) && string.CompareOrdinal(text, i, token, 0, token.Length) == 0)
                    is not { } special)
            {
                continue;
            }

            yield return (text[start..i], false);
            yield return (special, true);
            start = i + special.Length;
            i = start - 1;
        }

        yield return (text[start..], false);
    }

    private void AddPieces(string word, List<string> pieces)
    {
        int before = pieces.Count, start = 0;
        var isTooLong = word.EnumerateRunes().Count() > Options.MaxWordLength;
        while (start < word.Length && !isTooLong)
        {
            var end = word.Length;
            while (end > start && !numbers.ContainsKey(Piece(word, start, end)))
            {
                end--;
            }

            if (end == start)
            {
                break;
            }

            pieces.Add(Piece(word, start, end));
            start = end;
        }

        if (start == word.Length)
        {
            return;
        }

        pieces.RemoveRange(before, pieces.Count - before);
        pieces.Add(Unknown);
    }

    private static string Piece(string word, int start, int end) => start == 0 ? word[..end] : "##" + word[start..end];
}
