using System.Globalization;

namespace FineTune;

/// <summary>
/// A compiled model was asked to train although what is trainable changed since <c>Compile</c>: its optimizer covers
/// another set of parameters. No weight was touched.
/// </summary>
public sealed class StaleCompilationException : FineTuneException
{
    private const int Listed = 10;

    /// <summary>An error that lists what changed, up to ten parameters and the count of the rest.</summary>
    public StaleCompilationException(IReadOnlyList<TrainabilityChange> changes)
        : base(Describe(changes))
    {
        Changes = changes;
    }

    /// <summary>Everything that changed, in the order of the model's parameters.</summary>
    public IReadOnlyList<TrainabilityChange> Changes { get; }

    private static string Describe(IReadOnlyList<TrainabilityChange> changes)
    {
        var listed = string.Join(", ", changes.Take(Listed));
        var rest = changes.Count > Listed
            ? string.Create(CultureInfo.InvariantCulture, $" and {changes.Count - Listed} more")
            : "";
        return "The compiled model is stale: what is trainable changed since Compile; call Recompile() on the model and "
            + $"train with its result. Changed: {listed}{rest}.";
    }
}
