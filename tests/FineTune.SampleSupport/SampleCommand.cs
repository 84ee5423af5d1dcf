using System.CommandLine;

namespace FineTune.SampleSupport;

/// <summary>
/// The command line of a sample. Options in, exit code out: 0 for a run that came to its table, 2 for a wrong command line, 1 for
/// everything else, which is one sentence on the error stream.
/// </summary>
/// <param name="description">What the sample does.</param>
public sealed class SampleCommand(string description) : RootCommand(description)
{
    /// <summary>The learning rate of the second phase, above 0; nothing if not given.</summary>
    public static Option<double?> LearningRate(string example) =>
        new("--learning-rate")
        {
            Description = $"The learning rate of the second phase; {example}.",
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

    /// <summary>The most epochs of each phase.</summary>
    public static Option<int> Epochs(int otherwise) => Number("--epochs", "The most epochs of each phase.", otherwise, least: 1);

    /// <summary>The seed.</summary>
    public static Option<int> Seed(int otherwise) => new("--seed")
    {
        Description = "What everything random is derived from.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => otherwise,
    };

    /// <summary>A whole number of at least <paramref name="least"/>; <paramref name="otherwise"/> if not given.</summary>
    public static Option<int> Number(string name, string description, int otherwise, int least) =>
        new(name)
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

    /// <summary>Reads the arguments, trains, and prints the closing table.</summary>
    public int Run(string[] arguments, TextWriter output, TextWriter error, Func<ParseResult, CancellationToken, Summary> train)
    {
        SetAction(parsed => Train(parsed, output, error, train));
        var parsed = Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"{parsed.Errors[0].Message} Run with --help to see the options.");
            return 2;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
    }

    private static int Train(
        ParseResult parsed,
        TextWriter output,
        TextWriter error,
        Func<ParseResult, CancellationToken, Summary> train)
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
            train(parsed, cancellation.Token).Print(output);
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
