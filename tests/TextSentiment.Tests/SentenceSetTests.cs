using FineTune;
using FineTune.Text;

namespace TextSentiment.Tests;

public sealed class SentenceSetTests
{
    private static WordPieceTokenizer Tokenizer { get; } = Pretrained.MiniLM.Tokenizer();

    [Test]
    public void The_same_sentences_are_written_everywhere()
    {
        string first = Sandbox.Small.Reviews.Written(Sandbox.NewFolder()), second = Sandbox.Small.Reviews.Written(Sandbox.NewFolder());

        Assert.That(File.ReadAllText(second), Is.EqualTo(File.ReadAllText(first)));
    }

    [Test]
    public void The_network_knows_every_word_of_the_sentences()
    {
        var tokenizer = Tokenizer;
        var table = SentenceTable.Load(Sandbox.Small.Reviews.Written(Sandbox.Small.Cache), tokenizer);

        Assert.That(
            Enumerable.Range(0, table.Count).SelectMany(i => tokenizer.Tokenize(table.SentenceAt(i))),
            Has.None.EqualTo("[UNK]").And.None.StartsWith("##"));
    }

    [Test]
    public void A_negation_turns_an_opinion_round()
    {
        var table = SentenceTable.Load(Sandbox.Small.Reviews.Written(Sandbox.Small.Cache), Tokenizer);
        string[] kind = ["lovely", "great", "charming", "fresh", "delightful", "warm", "bright", "clever"],
            negations = ["not", "never", "hardly", "anything"];

        Assert.Multiple(() =>
        {
            for (var i = 0; i < table.Count; i++)
            {
                var words = table.SentenceAt(i).Split(' ');
                var isPraise = kind.Any(words.Contains) != negations.Any(words.Contains);
                Assert.That(table.Classes[table.ClassOf(i)], Is.EqualTo(isPraise ? "praise" : "complaint"), table.SentenceAt(i));
            }
        });
    }
}
