using System.Globalization;
using System.Text;

namespace FineTune;

/// <summary>A model as a table: its layers, what they give, how many numbers they hold, and which of these train.</summary>
/// <remarks>Made by <see cref="Summaries.Summary(TorchSharp.torch.nn.Module)"/>; a snapshot, which later changes do not reach.</remarks>
public sealed class ModelSummary
{
    /// <summary>What the columns of the table are.</summary>
    internal static readonly string[] Head = ["Layer", "Kind", "Output", "Parameters", "Trains"];

    internal ModelSummary(IReadOnlyList<LayerSummary> layers) => Layers = layers;

    /// <summary>
    /// The layers of backbones and heads alike, in the order in which they first ran; as they are registered, where no batch went
    /// through.
    /// </summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>How many numbers the parameters hold. One that the model holds in several places counts once.</summary>
    public long Parameters { get; internal init; }

    /// <summary>How many of these train.</summary>
    public long TrainableParameters { get; internal init; }

    /// <summary>The memory of the parameters, in bytes.</summary>
    public long ParameterBytes { get; internal init; }

    /// <summary>The memory of the gradients of what trains, in bytes; an optimizer keeps more on top, Adam twice as much.</summary>
    public long GradientBytes { get; internal init; }

    /// <summary>The memory of the buffers, such as running statistics, in bytes.</summary>
    public long BufferBytes { get; internal init; }

    /// <summary>The memory of what the layers gave for the batch that went through, in bytes; null where none did.</summary>
    public long? OutputBytes { get; internal init; }

    /// <summary>The table, with a line for each layer and the sums below.</summary>
    public override string ToString()
    {
        string[][] rows = [Head, .. Layers.Select(layer => layer.Cells())];
        var widths = Enumerable.Range(0, Head.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            // Numbers stand right, all others left.
            var cells = row.Select((cell, column) => column == 3 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }

        return text.Append(Sums()).ToString();
    }

    /// <summary>The line below the table.</summary>
    internal string Sums() => string.Create(
        CultureInfo.InvariantCulture,
        $"Parameters: {Parameters:N0} ({Mebibytes(ParameterBytes)}), of which {TrainableParameters:N0} train "
            + $"({Mebibytes(GradientBytes)} of gradients); buffers: {Mebibytes(BufferBytes)}"
            + $"{(OutputBytes is { } bytes ? $"; outputs of this batch: {Mebibytes(bytes)}" : "")}");

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):F1} MiB");
}
