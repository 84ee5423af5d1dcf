using System.CommandLine;
using FineTune.SampleSupport;
using FineTune.Vision;

namespace CatsVsDogs;

/// <summary>The options of the recipe, as arguments.</summary>
internal static class CommandLine
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description =
            "A folder of pictures (PNG, JPEG): train/<class>/ and validation/<class>/, or <class>/ to be split 80/20. Drawn if not given.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Weights = new("--weights")
    {
        Description =
            "A file of pre-trained weights (safetensors, .pt, .pth, .dat) that fits the backbone. Made on a source task if not given.",
        HelpName = "FILE",
    };

    private static readonly Option<BackboneArchitecture?> Backbone = SampleCommand.Named(
        "--backbone",
        $"The pre-trained network: {string.Join(", ", Backbones.All.Select(architecture => architecture.Name))}. A small one if not "
            + "given.",
        Backbones.Named);

    private static readonly Option<double?> LearningRate = SampleCommand.LearningRate(
        "--learning-rate",
        "The learning rate of the second phase; 1e-2 shows what a jackhammer does.");

    private static readonly Option<int> Epochs = SampleCommand.Number(
        "--epochs",
        "The most epochs of each phase.",
        new RecipeOptions().Epochs,
        least: 1);

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "What everything random is derived from.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => new RecipeOptions().Seed,
    };

    private static readonly Option<bool> SkipDamaged = new("--skip-damaged")
    {
        Description = "Go on without pictures that cannot be read, and count them.",
    };

    public static int Run(string[] arguments, TextWriter output, TextWriter error) =>
        new SampleCommand("Fine-tunes a pre-trained network to tell two kinds of picture apart.")
        {
            Data, Weights, Backbone, LearningRate, Epochs, Seed, SkipDamaged,
        }.Run(arguments, output, error, (parsed, cancellation) => Recipe.Run(OptionsOf(parsed), output, cancellation));

    private static RecipeOptions OptionsOf(ParseResult parsed) =>
        new()
        {
            Data = parsed.GetValue(Data),
            Weights = parsed.GetValue(Weights),
            Backbone = parsed.GetValue(Backbone) ?? RecipeOptions.Small,
            LearningRate = parsed.GetValue(LearningRate),
            Epochs = parsed.GetValue(Epochs),
            Seed = parsed.GetValue(Seed),
            MaxDamagedSamples = parsed.GetValue(SkipDamaged) ? int.MaxValue : 0,
        };
}
