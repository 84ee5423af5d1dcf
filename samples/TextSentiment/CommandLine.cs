using System.CommandLine;
using FineTune.SampleSupport;
using FineTune.Text;

namespace TextSentiment;

/// <summary>The options of the recipe, as arguments.</summary>
internal static class CommandLine
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

    private static readonly Option<string?> Weights = new("--weights")
    {
        Description =
            "A file of pre-trained weights (safetensors, .pt, .pth, .bin, .dat) that fits the backbone. Made on a source task if not "
                + "given.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Vocabulary = new("--vocabulary")
    {
        Description = "The vocab.txt that belongs to the weights. That of the written sentences if not given.",
        HelpName = "FILE",
    };

    private static readonly Option<TransformerArchitecture?> Backbone = SampleCommand.Named(
        "--backbone",
        $"The pre-trained network: {string.Join(", ", TransformerBackbone.All.Select(architecture => architecture.Name))}. A small one "
            + "if not given.",
        TransformerBackbone.Named);

    private static readonly Option<double?> LearningRate = SampleCommand.LearningRate(
        "--learning-rate",
        "The learning rate of the second phase; 2e-5 suits BERT.");

    private static readonly Option<int> Epochs = SampleCommand.Number(
        "--epochs",
        "The most epochs of each phase.",
        new RecipeOptions().Epochs,
        least: 1);

    private static readonly Option<int> Length = SampleCommand.Number(
        "--length",
        "How many tokens a sentence is cut or filled up to.",
        new RecipeOptions().Length,
        least: 2);

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "What everything random is derived from.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => new RecipeOptions().Seed,
    };

    public static int Run(string[] arguments, TextWriter output, TextWriter error) =>
        new SampleCommand("Fine-tunes a pre-trained transformer to tell two kinds of sentence apart.")
        {
            Data, Text, Target, Weights, Vocabulary, Backbone, LearningRate, Epochs, Length, Seed,
        }.Run(arguments, output, error, (parsed, cancellation) => Recipe.Run(OptionsOf(parsed), output, cancellation));

    private static RecipeOptions OptionsOf(ParseResult parsed) =>
        new()
        {
            Data = parsed.GetValue(Data),
            Text = parsed.GetValue(Text),
            Target = parsed.GetValue(Target),
            Weights = parsed.GetValue(Weights),
            Vocabulary = parsed.GetValue(Vocabulary),
            Backbone = parsed.GetValue(Backbone),
            LearningRate = parsed.GetValue(LearningRate),
            Epochs = parsed.GetValue(Epochs),
            Length = parsed.GetValue(Length),
            Seed = parsed.GetValue(Seed),
        };
}
