using System.CommandLine;
using FineTune;
using FineTune.Text;

namespace TextSentiment;

/// <summary>
/// Options in, exit code out: 0 for a run that came to its table, 2 for a wrong command line, 1 for everything else,
/// which is one sentence on the error stream.
/// </summary>
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

    private static readonly Option<TransformerArchitecture?> Backbone = new("--backbone")
    {
        Description =
            $"The pre-trained network: {string.Join(", ", TransformerBackbone.All.Select(architecture => architecture.Name))}. A "
                + "small one if not given.",
        HelpName = "NAME",
        CustomParser = result =>
        {
            try
            {
                return TransformerBackbone.Named(result.Tokens[0].Value);
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
        Description = "The learning rate of the second phase; 2e-5 suits BERT.",
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

    private static readonly Option<int> Epochs = Number("--epochs", "The most epochs of each phase.", new RecipeOptions().Epochs, least: 1);

    private static readonly Option<int> Length = Number(
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

    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var command = new RootCommand("Fine-tunes a pre-trained transformer to tell two kinds of sentence apart.")
        {
            Data, Text, Target, Weights, Vocabulary, Backbone, LearningRate, Epochs, Length, Seed,
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

    private static Option<int> Number(string name, string description, int otherwise, int least) => new(name)
    {
        Description = description,
        HelpName = "COUNT",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var count) && count >= least)
            {
                return count;
            }

            result.AddError($"{name} is '{result.Tokens[0].Value}'; expected a whole number of at least {least}.");
            return 0;
        },
    };

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
