using FineTune.Data;
using FineTune.Text;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class SentenceTableTests
{
    private TemporaryFolder folder;
    private WordPieceTokenizer tokenizer;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        tokenizer = WordPieceTokenizer.Load(Path.Combine(TestContext.CurrentContext.TestDirectory, "Text", "Fixtures", "vocab.txt"));
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    private string Write(string content)
    {
        File.WriteAllText(folder["reviews.csv"], content);
        return folder["reviews.csv"];
    }

    [Test]
    public void Sentences_are_read_with_their_commas_quotes_and_line_breaks()
    {
        var table = SentenceTable.Load(
            Write("text,label\n\"the \"\"film\"\",\nlovely\",good\nunaffable,bad\n"),
            tokenizer,
            new() { Length = 12 });

        var sample = table.Read(0, new Random(0));
        var (input, target) = (sample.Input, sample.Target);

        Assert.Multiple(() =>
        {
            Assert.That(table.Count, Is.EqualTo(2));
            Assert.That(table.Classes, Is.EqualTo(new[] { "bad", "good" }));
            Assert.That(table.SentenceAt(0), Is.EqualTo("the \"film\",\nlovely"));
            Assert.That(input.data<long>().ToArray(), Is.EqualTo(tokenizer.Encode("the \"film\",\nlovely", 12)));
            Assert.That(input.dtype, Is.EqualTo(ScalarType.Int64));
            Assert.That(target.data<long>()[0], Is.EqualTo(1));
            Assert.That(table.Describe(1), Is.EqualTo($"'{folder["reviews.csv"]}', line 4: \"unaffable\""));
        });
    }

    [TestCase(100, 100, "")]
    [TestCase(101, 100, "…")]
    public void A_long_sentence_is_described_by_its_start(int length, int shown, string end)
    {
        var table = SentenceTable.Load(Write($"text,label\n{new string('a', length)},b\n"), tokenizer);

        Assert.That(table.Describe(0), Is.EqualTo($"'{folder["reviews.csv"]}', line 2: \"{new string('a', shown)}{end}\""));
    }

    [Test]
    public void A_character_of_two_halves_is_not_cut_through()
    {
        var table = SentenceTable.Load(Write($"text,label\n{new string('a', 99)}😀 film,b\n"), tokenizer);

        Assert.That(table.Describe(0), Does.EndWith("a…\""));
    }

    [Test]
    public void Columns_are_picked_by_name_and_classes_by_the_training_file()
    {
        var table = SentenceTable.Load(Write("id;verdict;review\n1;good;the film\n"), tokenizer,
            new() { Text = "review", Target = "verdict", Classes = ["bad", "good"], Separator = ';' });

        Assert.Multiple(() =>
        {
            Assert.That(table.SentenceAt(0), Is.EqualTo("the film"));
            Assert.That(table.ClassOf(0), Is.EqualTo(1));
        });
    }

    [TestCase("", "has no line; expected a header and at least one row.")]
    [TestCase("text,label\n", "has one line only; expected a header and at least one row.")]
    [TestCase("text\nx\n", "has 'text' for sentences and for classes; expected two columns.")]
    public void A_file_without_sentences_is_named(string content, string sentence)
    {
        var path = Write(content);

        Assert.That(
            () => SentenceTable.Load(path, tokenizer),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo($"'{path}' {sentence}"));
    }

    [Test]
    public void A_column_that_is_missing_is_named_with_those_there_are()
    {
        var path = Write("text,label\na,b\n");

        Assert.That(
            () => SentenceTable.Load(path, tokenizer, new() { Target = "mood" }),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo($"'{path}' has no column 'mood'; it has text, label."));
    }

    [TestCase("a\n", "has 1 fields; expected 2, as in the header.")]
    [TestCase("a,ugly\n", "is of the class 'ugly'; expected one of bad, good.")]
    public void A_damaged_row_is_named_by_its_line(string row, string sentence)
    {
        var path = Write("text,label\n" + row);
        var table = SentenceTable.Load(path, tokenizer, new() { Classes = ["bad", "good"] });

        Assert.That(
            () => table.Read(0, new Random(0)),
            Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo($"'{path}', line 2 {sentence}"));
    }

    [Test]
    public void The_identity_is_of_the_file_the_columns_and_the_vocabulary()
    {
        var path = Write("text,label\na,b\n");
        var identity = SentenceTable.Load(path, tokenizer).Identity;

        Assert.Multiple(() =>
        {
            Assert.That(SentenceTable.Load(path, tokenizer).Identity, Is.EqualTo(identity));
            Assert.That(SentenceTable.Load(path, tokenizer, new() { Length = 5 }).Identity, Is.Not.EqualTo(identity));
            Assert.That(SentenceTable.Load(path, tokenizer, new() { Text = "label", Target = "text" }).Identity, Is.Not.EqualTo(identity));
            Assert.That(SentenceTable.Load(Write("text,label\nc,b\n"), tokenizer).Identity, Is.Not.EqualTo(identity));
        });
    }

    [Test]
    public void A_missing_file_is_named() =>
        Assert.That(
            () => SentenceTable.Load("/nowhere/reviews.csv", tokenizer),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The table '/nowhere/reviews.csv' cannot be read: "));
}
