using System.Diagnostics;
using System.Globalization;

namespace FineTune;

/// <summary>One line for each epoch, and one for the outcome: for logs and files.</summary>
/// <param name="output">Where to write.</param>
public sealed class ProgressLines(TextWriter output) : Callback
{
    private readonly Stopwatch clock = new();

    /// <inheritdoc/>
    public override void OnEpochBegin(FitContext fit) => clock.Restart();

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{ProgressDisplay.Epoch(fit)}  {fit.Compiled.Phase}  {ProgressDisplay.Values(fit.Metrics)}  "
                    + $"{clock.Elapsed.TotalSeconds:F1} s"));
    }

    /// <inheritdoc/>
    public override void OnFitEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        output.WriteLine(ProgressDisplay.Outcome(fit.History.Outcome));
    }

    /// <inheritdoc/>
    public override void OnWarning(FitContext fit, TrainingWarning warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        output.WriteLine($"Warning: {warning.Message}");
    }
}
