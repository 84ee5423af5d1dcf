using System.Globalization;
using Spectre.Console;

namespace FineTune;

/// <summary>Shows where training is, in the way that fits where it is shown.</summary>
internal static class ProgressDisplay
{
    public static Callback? For(ProgressStyle style) => style switch
    {
        ProgressStyle.None => null,
        ProgressStyle.Bar => new ProgressBar(AnsiConsole.Console),
        ProgressStyle.Lines => new ProgressLines(Console.Out),
        _ => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? new ProgressBar(AnsiConsole.Console)
            : new ProgressLines(Console.Out),
    };

    /// <summary>The epoch and the last one, numbered from 0 like <see cref="FitOptions.InitialEpoch"/>: <c>Epoch 3/9</c>.</summary>
    public static string Epoch(FitContext fit) =>
        string.Create(CultureInfo.InvariantCulture, $"Epoch {fit.Epoch}/{fit.Options.Epochs - 1}");

    /// <summary>The values as <c>loss 0.4321  accuracy 0.8125  val_loss 0.5012</c>.</summary>
    public static string Values(IReadOnlyDictionary<string, double> metrics) => string.Join("  ", metrics.Select(metric =>
        string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:F4}")));

    /// <summary>How training ended, with the epoch whose weights were kept.</summary>
    public static string Outcome(FitOutcome outcome) => outcome is { WeightsRestored: true, Best: { } best }
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Message} The weights are those of epoch {best.Epoch} ({best.Monitor} {best.Value:F4}).")
        : outcome.Message;
}
