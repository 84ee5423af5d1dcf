using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Text;

/// <summary>
/// The sentences of a CSV file with a header. A sample's input is the numbers of its tokens, of shape [length] and type
/// Int64; its target the number of its class, of shape [] and type Int64.
/// </summary>
/// <remarks>
/// The file is read once, as UTF-8 unless told otherwise. A row with a missing field is a damaged sample, named by file and line when it
/// is read.
/// </remarks>
/// <example><code>
/// var tokenizer = WordPieceTokenizer.Load("vocab.txt");
/// SentenceTable reviews = SentenceTable.Load("reviews.csv", tokenizer, new() { Text = "review", Target = "sentiment" });
/// var (train, validation) = ClassifiedSubset.Split(reviews, validationSplit: 0.2);
/// </code></example>
public sealed class SentenceTable : IClassified
{
    private const int MostShown = 100;

    private readonly string path;
    private readonly int fields;
    private readonly (int Line, string[] Fields)[] rows;
    private readonly int text;
    private readonly int target;
    private readonly TextPreprocessing preprocessing;

    private SentenceTable(string path, WordPieceTokenizer tokenizer, SentenceOptions options)
    {
        this.path = path;
        preprocessing = new TextPreprocessing(tokenizer, options.Length);
        var content = TextFile.Read("table", path, options.Encoding, "SentenceOptions.Encoding");
        (int Line, string[] Fields)[] all = [.. CsvRows.Of(content, options.Separator)];
        if (all.Length < 2)
        {
            throw new FineTuneException(
                $"'{path}' has {(all.Length == 0 ? "no line" : "one line only")}; expected a header and at least one row.");
        }

        var header = all[0].Fields;
        fields = header.Length;
        rows = all[1..];
        text = Column(header, options.Text, 0);
        target = Column(header, options.Target, header.Length - 1);
        if (text == target)
        {
            throw new FineTuneException($"'{path}' has '{header[text]}' for sentences and for classes; expected two columns.");
        }

        Classes =
            options.Classes
            ??
            [
                .. rows.Where(row => row.Fields.Length == fields)
                    .Select(row => row.Fields[target])
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ];

        var identity = new Fingerprint("sentences");
        foreach (var part in (IEnumerable<string>)
                [content, $"{options.Separator}", $"{text}", $"{target}", $"{options.Length}", tokenizer.Identity, .. Classes])
        {
            identity.Add(part);
        }

        Identity = identity.ToString();
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>A hash of the file as it was read, of which columns are taken from it, and of the vocabulary.</summary>
    public string Identity { get; }

    /// <summary>How sentences become tokens: a <see cref="TextPreprocessing"/> of the tokenizer.</summary>
    public Preprocessing Preprocessing => preprocessing;

    /// <summary>The number of sentences.</summary>
    public int Count => rows.Length;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FineTuneException">
    /// It cannot be read, is of another encoding, has no rows, or lacks a column that the options name; the sentence lists those it has.
    /// </exception>
    public static SentenceTable Load(string path, WordPieceTokenizer tokenizer, SentenceOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new SentenceTable(path, tokenizer, options ?? new());
    }

    /// <summary>A sentence as it stands in the file.</summary>
    /// <exception cref="DamagedSampleException">The row has another number of fields than the header.</exception>
    public string SentenceAt(int index) => Row(index)[text];

    /// <inheritdoc/>
    public Sample Read(int index, Random random) => new(preprocessing.Encode(SentenceAt(index)), tensor((long)ClassOf(index)));

    /// <inheritdoc/>
    /// <exception cref="DamagedSampleException">The row has another number of fields, or its class is none of the classes.</exception>
    public int ClassOf(int index)
    {
        var name = Row(index)[target];
        for (var number = 0; number < Classes.Count; number++)
        {
            if (Classes[number] == name)
            {
                return number;
            }
        }

        throw new DamagedSampleException($"{Place(index)} is of the class '{name}'; expected one of {string.Join(", ", Classes)}.");
    }

    /// <summary>The file, the line, and the sentence, or its start if it is long.</summary>
    public string Describe(int index)
    {
        var row = rows[index].Fields;
        if (row.Length != fields)
        {
            return Place(index);
        }

        var sentence = row[text];
        if (sentence.Length > MostShown)
        {
            sentence = sentence[..(char.IsHighSurrogate(sentence[MostShown - 1]) ? MostShown - 1 : MostShown)] + "…";
        }

        return $"{Place(index)}: \"{sentence}\"";
    }

    private string Place(int index) => $"'{path}', line {rows[index].Line}";

    private string[] Row(int index)
    {
        var row = rows[index].Fields;
        return row.Length == fields
            ? row
            : throw new DamagedSampleException($"{Place(index)} has {row.Length} fields; expected {fields}, as in the header.");
    }

    private int Column(string[] header, string? name, int otherwise)
    {
        if (name is null)
        {
            return otherwise;
        }

        var column = Array.IndexOf(header, name);
        return column >= 0 ? column : throw new FineTuneException($"'{path}' has no column '{name}'; it has {string.Join(", ", header)}.");
    }
}
