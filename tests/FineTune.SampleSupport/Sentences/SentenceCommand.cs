using System.CommandLine;

namespace FineTune.SampleSupport.Sentences;

/// <summary>The command line of a sample with sentences.</summary>
public static class SentenceCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description =
            "A CSV file with a header, the sentences in its first column and two classes in its last, split 80/20. Written by rule "
                + "if not given.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Text = new("--text")
    {
        Description = "The column of the sentences, if not the first.",
        HelpName = "COLUMN",
    };

    private static readonly Option<string?> Target = new("--target")
    {
        Description = "The column of the classes, if not the last.",
        HelpName = "COLUMN",
    };

    private static readonly Option<int> Length = SampleCommand.Number(
        "--length",
        "How many tokens a sentence is cut or filled up to.",
        new SentenceSampleOptions().Length,
        least: 2);

    /// <summary>Reads the arguments, trains, and prints the closing table.</summary>
    public static int Run(
        string[] arguments,
        TextWriter output,
        TextWriter error,
        Func<SentenceSampleOptions, TextWriter, CancellationToken, Summary> train)
    {
        var rate = SampleCommand.LearningRate("2e-5 is what BERT's authors advise");
        Option<int> epochs = SampleCommand.Epochs(new SentenceSampleOptions().Epochs),
            seed = SampleCommand.Seed(new SentenceSampleOptions().Seed);
        return new SampleCommand("Fine-tunes a transformer that knows English to tell two kinds of sentence apart.")
        {
            Data, Text, Target, rate, epochs, Length, seed,
        }.Run(arguments, output, error, (parsed, cancellation) => train(
            new()
            {
                Data = parsed.GetValue(Data),
                Text = parsed.GetValue(Text),
                Target = parsed.GetValue(Target),
                LearningRate = parsed.GetValue(rate),
                Epochs = parsed.GetValue(epochs),
                Length = parsed.GetValue(Length),
                Seed = parsed.GetValue(seed),
            },
            output,
            cancellation));
    }
}
