using System.Text.Json;
using FineTune.Text;

namespace FineTune.Tests;

/// <summary>Texts become the pieces that Hugging Face's tokenizers make of them; the fixture was made by the script beside it.</summary>
public sealed class WordPieceTokenizerTests
{
    private static readonly string Fixtures = Path.Combine(TestContext.CurrentContext.TestDirectory, "Text", "Fixtures");

    private static readonly Dictionary<string, Dictionary<string, string[]>> Expected = JsonSerializer.Deserialize<
        Dictionary<string, Dictionary<string, string[]>>
    >(File.ReadAllText(Path.Combine(Fixtures, "wordpieces.json")))!;

    private static string Vocabulary => Path.Combine(Fixtures, "vocab.txt");

    [TestCase("uncased", true)]
    [TestCase("cased", false)]
    public void Texts_become_the_pieces_that_Hugging_Face_makes(string kind, bool lowerCase)
    {
        var tokenizer = WordPieceTokenizer.Load(Vocabulary, new() { LowerCase = lowerCase });

        Assert.Multiple(() =>
        {
            foreach ((var text, var pieces) in Expected[kind])
            {
                Assert.That(tokenizer.Tokenize(text), Is.EqualTo(pieces), $"'{text}'");
            }
        });
    }

    [Test]
    public void A_sentence_is_encoded_between_its_ends_and_filled_up()
    {
        var tokenizer = WordPieceTokenizer.Load(Vocabulary);
        long Number(string token) => tokenizer.Vocabulary.ToList().IndexOf(token);

        var encoded = tokenizer.Encode("Unaffable!", 8);

        Assert.That(
            encoded,
            Is.EqualTo(new[] { Number("[CLS]"), Number("una"), Number("##ffa"), Number("##ble"), Number("!"), Number("[SEP]"), 0, 0 }));
    }

    [TestCase(2, new[] { "[CLS]", "[SEP]" })]
    [TestCase(4, new[] { "[CLS]", "una", "##ffa", "[SEP]" })]
    public void A_long_sentence_is_cut_and_keeps_its_end(int length, string[] tokens)
    {
        var tokenizer = WordPieceTokenizer.Load(Vocabulary);

        Assert.That(tokenizer.Encode("unaffable films", length).Select(number => tokenizer.Vocabulary[(int)number]), Is.EqualTo(tokens));
    }

    [Test]
    public void A_length_without_room_for_both_ends_is_refused() =>
        Assert.That(() => WordPieceTokenizer.Load(Vocabulary).Encode("x", 1), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase("[PAD]\n[UNK]\n[CLS]\n", "has no token '[SEP]'; expected BERT's vocabulary, one token a line.")]
    [TestCase("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n", "has the token 'a' in line 5 and again in line 6; expected each once.")]
    public void A_vocabulary_that_is_none_is_named(string content, string sentence)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vocab.txt"], content);

        Assert.That(
            () => WordPieceTokenizer.Load(folder["vocab.txt"]),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo($"'{folder["vocab.txt"]}' {sentence}"));
    }

    [Test]
    public void A_missing_vocabulary_is_named() =>
        Assert.That(
            () => WordPieceTokenizer.Load("/nowhere/vocab.txt"),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The vocabulary '/nowhere/vocab.txt' cannot be read: "));
}
