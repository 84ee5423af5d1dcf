using System.CommandLine;
using FineTune;
using FineTune.Vision;

namespace CatsVsDogs;

/// <summary>
/// Options in, exit code out: 0 for a run that came to its table, 2 for a wrong command line, 1 for everything else,
/// which is one sentence on the error stream.
/// </summary>
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

    private static readonly Option<BackboneArchitecture> Backbone = new("--backbone")
    {
        Description =
            $"The pre-trained network: {string.Join(", ", Backbones.All.Select(architecture => architecture.Name))}. A small one if "
                + "not given.",
        HelpName = "NAME",
        DefaultValueFactory = _ => RecipeOptions.Small,
        CustomParser = result =>
        {
            try
            {
                return Backbones.Named(result.Tokens[0].Value);
            }
            catch (FineTuneException exception)
            {
                result.AddError($"--backbone: {exception.Message}");
                return null;
            }
        },
    };

    private static readonly Option<double?> LearningRate = new("--learning-rate")
    {
        Description = "The learning rate of the second phase; 1e-2 shows what a jackhammer does.",
        HelpName = "RATE",
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, out var rate) && double.IsFinite(rate) && rate > 0)
            {
                return rate;
            }

            result.AddError($"--learning-rate is '{result.Tokens[0].Value}'; expected a finite, positive number.");
            return null;
        },
    };

    private static readonly Option<int> Epochs = new("--epochs")
    {
        Description = "The most epochs of each phase.",
        HelpName = "COUNT",
        DefaultValueFactory = _ => new RecipeOptions().Epochs,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var count) && count > 0)
            {
                return count;
            }

            result.AddError($"--epochs is '{result.Tokens[0].Value}'; expected a whole number above 0.");
            return 0;
        },
    };

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

    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var command = new RootCommand("Fine-tunes a pre-trained network to tell two kinds of picture apart.")
        {
            Data, Weights, Backbone, LearningRate, Epochs, Seed, SkipDamaged,
        };
        command.SetAction(parsed => Train(parsed, output, error));
        var parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"{parsed.Errors[0].Message} Run with --help to see the options.");
            return 2;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
    }

    private static int Train(ParseResult parsed, TextWriter output, TextWriter error)
    {
        using var cancellation = new CancellationTokenSource();
        ConsoleCancelEventHandler stop = (_, pressed) =>
        {
            // The first Ctrl-C ends training after the step, the second one the program.
            pressed.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        };
        Console.CancelKeyPress += stop;
        try
        {
            var options = new RecipeOptions
            {
                Data = parsed.GetValue(Data),
                Weights = parsed.GetValue(Weights),
                Backbone = parsed.GetValue(Backbone)!,
                LearningRate = parsed.GetValue(LearningRate),
                Epochs = parsed.GetValue(Epochs),
                Seed = parsed.GetValue(Seed),
                MaxDamagedSamples = parsed.GetValue(SkipDamaged) ? int.MaxValue : 0,
            };
            Recipe.Run(options, output, cancellation.Token).Print(output);
            return 0;
        }
        catch (Exception exception) when (exception is FineTuneException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
        finally
        {
            Console.CancelKeyPress -= stop;
        }
    }
}
