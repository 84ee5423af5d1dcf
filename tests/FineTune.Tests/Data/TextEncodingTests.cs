using System.Text;
using FineTune.Data;
using FineTune.Text;

namespace FineTune.Tests;

/// <summary>A file of another encoding is named with line and column, and not read as another text.</summary>
public sealed class TextEncodingTests
{
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\ncafé\nbar\n";
    private const string Table = "name,place\nx,bar\ny,café\n";

    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public void A_byte_that_is_no_UTF_8_is_an_error_with_file_line_and_column(bool sentences)
    {
        Write("table.csv", Table, Encoding.Latin1);

        Assert.That(
            () => Load(sentences, null),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                $"'{folder["table.csv"]}', line 3, column 6: the byte 0xE9 is not UTF-8. Save the file as UTF-8, or state what it is in "
                    + $"{(sentences ? "SentenceOptions" : "CsvOptions")}.Encoding, as in Encoding.Latin1."));
        Assert.That(Load(sentences, Encoding.Latin1).Classes, Is.EqualTo(new[] { "bar", "café" }));
    }

    [Test]
    public void Columns_count_characters_and_not_bytes()
    {
        File.WriteAllBytes(folder["table.csv"], [.. Encoding.UTF8.GetBytes("a,b\néé"), 0xFF, .. Encoding.UTF8.GetBytes(",1\n")]);

        Assert.That(() => Load(false, null), Throws.TypeOf<FineTuneException>().With.Message.Contains("line 2, column 3: the byte 0xFF"));
    }

    [Test]
    public void A_character_that_is_cut_off_at_the_end_is_named()
    {
        var whole = Encoding.UTF8.GetBytes("a,b\n1,é");
        File.WriteAllBytes(folder["table.csv"], whole[..^1]);

        Assert.That(() => Load(false, null), Throws.TypeOf<FineTuneException>().With.Message.Contains("line 2, column 3: the byte 0xC3"));
    }

    [TestCaseSource(nameof(Marked))]
    public void A_mark_at_the_start_says_which_encoding_it_is(Encoding encoding)
    {
        Write("table.csv", Table, encoding);

        var data = CsvDataset.Load(folder["table.csv"], new() { Target = "name" });

        Assert.That(data.FeatureNames, Is.EqualTo(new[] { "place" }));
        Assert.That(data.Classes, Is.EqualTo(new[] { "x", "y" }));
        Assert.That(
            CsvDataset.Load(folder["table.csv"], new() { Target = "name", Encoding = encoding }).Classes, Is.EqualTo(new[] { "x", "y" }));
    }

    private static IEnumerable<Encoding> Marked =>
        [new UTF8Encoding(true), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true), new UTF32Encoding(false, true)];

    [Test]
    public void A_vocabulary_is_UTF_8()
    {
        Write("vocab.txt", Vocabulary, Encoding.Latin1);

        Assert.That(
            () => WordPieceTokenizer.Load(folder["vocab.txt"]),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                $"'{folder["vocab.txt"]}', line 5, column 4: the byte 0xE9 is not UTF-8. Save the file as UTF-8."));
    }

    private IClassified Load(bool sentences, Encoding? encoding)
    {
        if (!sentences)
        {
            return CsvDataset.Load(folder["table.csv"], new() { Encoding = encoding });
        }

        Write("vocab.txt", Vocabulary, new UTF8Encoding(false));
        return SentenceTable.Load(folder["table.csv"], WordPieceTokenizer.Load(folder["vocab.txt"]), new() { Encoding = encoding });
    }

    private void Write(string name, string text, Encoding encoding) => File.WriteAllText(folder[name], text, encoding);
}
