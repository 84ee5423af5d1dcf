using FineTune.SampleSupport.Sentences;

namespace TextSentiment.Tests;

public sealed class CommandLineTests
{
    private static string Reviews => Sandbox.Small.Reviews.Written(Sandbox.Small.Cache);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = SentenceCommand.Run(arguments, output, error, Program.Run);
        return (code, output.ToString(), error.ToString());
    }

    [TestCase("--speed", "fast")]
    [TestCase("--learning-rate", "-1")]
    [TestCase("--epochs", "0")]
    [TestCase("--epochs", "1.5")]
    [TestCase("--learning-rate", "gently")]
    [TestCase("--length", "1")]
    [TestCase("--data")]
    [TestCase("more")]
    public void A_wrong_command_line_is_one_sentence_and_exit_code_2(params string[] arguments)
    {
        (var code, var output, var error) = Run(arguments);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(output, Is.Empty);
            Assert.That(error.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(error, Does.Contain(arguments[0]).And.Contain("--help"));
        });
    }

    [Test]
    public void Help_names_every_option()
    {
        (var code, var output, _) = Run("--help");

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            foreach (var option in new[]
                {
                    "--data",
                    "--text",
                    "--target",
                    "--learning-rate",
                    "--epochs",
                    "--length",
                    "--seed",
                })
            {
                Assert.That(output, Does.Contain(option));
            }
        });
    }

    [Test]
    public void A_missing_file_is_one_sentence_and_exit_code_1() =>
        Refuses(["--data", "/nowhere/reviews.csv"], "The table '/nowhere/reviews.csv' cannot be read: ");

    [Test]
    public void A_missing_column_is_one_sentence_and_exit_code_1() =>
        Refuses(["--data", Reviews, "--text", "review"], $"'{Reviews}' has no column 'review'; it has text, label.");

    private static void Refuses(string[] arguments, string sentence)
    {
        (var code, _, var error) = Run(arguments);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(error.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(error, Does.StartWith(sentence));
        });
    }
}
