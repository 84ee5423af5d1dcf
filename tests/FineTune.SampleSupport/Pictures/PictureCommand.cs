using System.CommandLine;

namespace FineTune.SampleSupport.Pictures;

/// <summary>The command line of a sample with pictures.</summary>
public static class PictureCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description =
            "A folder of pictures (PNG, JPEG): train/<class>/ and validation/<class>/, or <class>/ to be split 80/20. Drawn if not given.",
        HelpName = "DIR",
    };

    private static readonly Option<int> ImageSize = SampleCommand.Number(
        "--size",
        "The height and width that pictures are resized to; the network has seen 224.",
        new PictureOptions().ImageSize,
        least: 32);

    private static readonly Option<bool> SkipDamaged = new("--skip-damaged")
    {
        Description = "Go on without pictures that cannot be read, and count them.",
    };

    /// <summary>Reads the arguments, trains, and prints the closing table.</summary>
    public static int Run(
        string[] arguments,
        TextWriter output,
        TextWriter error,
        Func<PictureOptions, TextWriter, CancellationToken, Summary> train)
    {
        var rate = SampleCommand.LearningRate("1e-2 shows what a jackhammer does");
        Option<int> epochs = SampleCommand.Epochs(new PictureOptions().Epochs), seed = SampleCommand.Seed(new PictureOptions().Seed);
        return new SampleCommand("Fine-tunes a network that knows photographs to tell two kinds of picture apart.")
        {
            Data, ImageSize, rate, epochs, seed, SkipDamaged,
        }.Run(arguments, output, error, (parsed, cancellation) => train(
            new()
            {
                Data = parsed.GetValue(Data),
                ImageSize = parsed.GetValue(ImageSize),
                LearningRate = parsed.GetValue(rate),
                Epochs = parsed.GetValue(epochs),
                Seed = parsed.GetValue(seed),
                MaxDamagedSamples = parsed.GetValue(SkipDamaged) ? int.MaxValue : 0,
            },
            output,
            cancellation));
    }
}
