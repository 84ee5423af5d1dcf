using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using FineTune.Data;
using FineTune.Weights;
using TorchSharp;

namespace FineTune;

/// <summary>A page about a training, from its start to its environment.</summary>
internal sealed class ReportPage
{
    private static readonly string[] OfForgetting = ["source_", "forgotten_"];

    private readonly CompiledModel compiled;
    private readonly IReadOnlyList<LoggedFit> fits;
    private readonly List<EpochRecord> records;
    private readonly ChartTime time;
    private readonly StringBuilder html = new();

    private ReportPage(CompiledModel compiled)
    {
        this.compiled = compiled;
        fits = [.. compiled.Log.Fits.Where(fit => fit.History.Records.Count > 0)];
        if (fits.Count == 0)
        {
            throw new FineTuneException("There is nothing to report: no epoch was trained since Compile.");
        }

        records = [.. fits.SelectMany(fit => fit.History.Records)];
        var phases = new List<(int, string)>();
        var restored = new List<int>();
        var start = 0;
        foreach (var fit in fits)
        {
            phases.Add((start, fit.Phase.ToString()));
            var outcome = fit.History.Outcome;
            var best = fit.History.Records.ToList().FindIndex(record => record.Epoch == outcome.Best?.Epoch);
            if (outcome.WeightsRestored && best >= 0)
            {
                restored.Add(start + best);
            }

            start += fit.History.Records.Count;
        }

        time = new ChartTime([.. records.Select(record => record.Epoch)], phases, restored);
    }

    public static void Write(CompiledModel compiled, string path, ReportOptions options)
    {
        var page = new ReportPage(compiled);
        var data = options.Data ?? compiled.Log.ValidationData;
        page.Head(options.Title ?? compiled.Tunable.Manifest.Model);
        page.Curves();
        page.Forgotten();
        page.Layers();
        page.Summary(data);
        if (data is not null && Predictions.Of(compiled, data, options) is { } predictions)
        {
            page.Confusion(predictions);
        }

        page.Warnings();
        page.Environment();
        page.html.Append("</body></html>\n");
        try
        {
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page.html.ToString())));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FineTuneException($"The report cannot be written to '{path}': {exception.Message}", exception);
        }
    }

    private void Head(string title)
    {
        Add($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width\"/>");
        Add($"<title>{title}</title><style>");
        html.Append(ReportStyle.Css);
        Add($"</style></head><body><h1>{title}</h1>");
        Add($"<p class=\"soft\">{records.Count} epochs, {fits.Sum(fit => fit.History.Steps)} steps, ");
        Add($"{records.Sum(record => record.Seconds):0.0} s</p>");
        foreach (var fit in fits)
        {
            var best = fit.History.Outcome.Best is { } epoch
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $" Best: epoch {epoch.Epoch}, {epoch.Monitor} "
                        + $"{epoch.Value:G6}.{(fit.History.Outcome.WeightsRestored ? " Its weights were restored." : "")}")
                : "";
            Add($"<p><b>{fit.Phase}</b>: {fit.History.Outcome.Message}{best}</p>");
        }
    }

    private void Curves()
    {
        html.Append(
            "<h2>Curves</h2><p class=\"soft\">Over epochs. A dashed line separates phases; a red one is an epoch whose weights were "
                + "restored.</p><div class=\"charts\">");
        foreach (var name in Names().Where(name => !name.StartsWith("val_", StringComparison.Ordinal) && !IsOfForgetting(name)))
        {
            ChartLine[] lines = Names().Contains($"val_{name}")
                ? [new("training", Values(name)), new("validation", Values($"val_{name}"))]
                : [new("training", Values(name))];
            html.Append(LineChart.Draw(name, lines, time));
        }

        var groups = records.SelectMany(record => record.LearningRates.Keys).Distinct();
        html.Append(
            LineChart.Draw(
                "learning rate",
                [
                    .. groups.Select(group => new ChartLine(
                        group,
                        [.. records.Select(record => record.LearningRates.GetValueOrDefault(group, double.NaN))])),
                ],
                time,
                logarithmic: true));
        html.Append("</div>");
    }

    private void Forgotten()
    {
        string[] names = [.. Names().Where(IsOfForgetting)];
        if (names.Length == 0)
        {
            return;
        }

        html.Append(
            "<h2>What was forgotten</h2><p class=\"soft\">On the source task: the value after each epoch, and the best so far minus "
                + "it.</p><div class=\"charts\">");
        foreach (var name in names)
        {
            html.Append(LineChart.Draw(name, [new("source task", Values(name))], time));
        }

        html.Append("</div>");
    }

    private void Layers()
    {
        var most = fits.Max(fit => fit.Layers.Count);
        html.Append("<h2>Layers of the backbone</h2><details open=\"open\"><summary>");
        Add($"{most} layers</summary><table class=\"layers\"><tr><th class=\"number\">#</th><th>layer</th><th>kind</th><th ");
        Add($"class=\"number\">parameters</th>");
        foreach (var fit in fits)
        {
            Add($"<th>{fit.Phase}, from epoch {fit.History.Records[0].Epoch}</th>");
        }

        html.Append("</tr>");
        foreach (var (index, layer) in fits[^1].Layers.Select((layer, index) => (index, layer)))
        {
            Add($"<tr><td class=\"number\">{index}</td><td>{layer.Name}</td><td>{layer.Kind}</td><td ");
            Add($"class=\"number\">{layer.Parameters:N0}</td>");
            foreach (var then in fits.Select(fit => fit.Layers.FirstOrDefault(other => other.Name == layer.Name)))
            {
                html.Append(then switch
                {
                    null => "<td></td>",
                    { Parameters: 0, InInferenceMode: true } => "<td class=\"soft\">inference mode</td>",
                    { Parameters: 0 } => "<td class=\"soft\">training mode</td>",
                    { Trained: true, InInferenceMode: true } => "<td class=\"trained\">trained, stored statistics</td>",
                    { Trained: true } => "<td class=\"trained\">trained</td>",
                    _ => "<td class=\"frozen\">frozen</td>",
                });
            }

            html.Append("</tr>");
        }

        html.Append("</table></details>");
    }

    private void Summary(IDataset? data)
    {
        var summary = SummaryOf(data);
        html.Append("<h2>Model</h2><details><summary>");
        Add($"{summary.Sums()}</summary><table class=\"summary\"><tr>");
        foreach (var column in ModelSummary.Head)
        {
            Add($"<th>{column}</th>");
        }

        html.Append("</tr>");
        foreach (var layer in summary.Layers)
        {
            html.Append("<tr>");
            foreach (var cell in layer.Cells())
            {
                Add($"<td>{cell}</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</table></details>");
    }

    // With the shapes of a sample's outputs, where there is one.
    private ModelSummary SummaryOf(IDataset? data)
    {
        if (data is null)
        {
            return compiled.Model.Summary();
        }

        using var first = new BatchLoader(data, new BatchOptions { Shuffle = false, Workers = 0 }).ReadFirst(1, epoch: 0);
        return first.Count == 0 ? compiled.Model.Summary() : compiled.Model.Summary(first.Inputs);
    }

    private void Confusion(Predictions predictions)
    {
        var (matrix, classes) = (predictions.Confusion, predictions.Classes);
        html.Append(
            "<h2>Confusion</h2><p class=\"soft\">A row for each class that a sample is of, a column for each that it was taken "
                + "for.</p><table class=\"confusion\"><tr><th></th>");
        foreach (var name in classes)
        {
            Add($"<th>{name}</th>");
        }

        html.Append("</tr>");
        for (var wanted = 0; wanted < matrix.Classes; wanted++)
        {
            Add($"<tr><th>{classes[wanted]}</th>");
            double ofClass = Math.Max(1, Enumerable.Range(0, matrix.Classes).Sum(predicted => matrix[wanted, predicted]));
            for (var predicted = 0; predicted < matrix.Classes; predicted++)
            {
                Add($"<td style=\"background: rgba(var(--heat), ");
                Add($"{matrix[wanted, predicted] / ofClass * 0.6:0.##})\">{matrix[wanted, predicted]}</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</table><div class=\"examples\">");
        foreach (var example in predictions.Examples)
        {
            Add($"<figure class=\"{(example.Wanted == example.Predicted ? "right" : "wrong")}\">");
            if (example.Png is not null)
            {
                Add($"<img alt=\"{example.Description}\" src=\"data:image/png;base64,{Convert.ToBase64String(example.Png)}\"/>");
            }

            Add($"<figcaption>{example.Description}<br/>is {classes[example.Wanted]}, taken for ");
            Add($"{classes[example.Predicted]}</figcaption></figure>");
        }

        html.Append("</div>");
    }

    private void Warnings()
    {
        TrainingWarning[] warnings = [.. fits.SelectMany(fit => fit.History.Warnings)];
        if (warnings.Length == 0)
        {
            return;
        }

        html.Append("<h2>Warnings</h2><ul>");
        foreach (var warning in warnings)
        {
            Add($"<li>{warning.Message}</li>");
        }

        html.Append("</ul>");
    }

    private void Environment()
    {
        (string What, string Value)[] rows =
        [
            (
                "Model",
                $"{compiled.Tunable.Manifest.Model}: "
                    + $"{string.Join(", ", compiled.Tunable.Manifest.Members.Select(member => $"{member.Name} ({member.Role})"))}"),
            ("Optimizer", compiled.OptimizerConfig.Name),
            ("Loss", compiled.Loss.Name),
            (
                "Parameters",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{compiled.Model.parameters().Sum(parameter => parameter.numel()):N0}, of which "
                        + $"{compiled.Trainable.Sum(named => named.Parameter.numel()):N0} trained last")),
            ("Threads", $"{torch.get_num_threads()} of {System.Environment.ProcessorCount} processors"),
            ("Torch", typeof(torch).Assembly.GetName().ToString()),
            ("FineTune", typeof(ReportPage).Assembly.GetName().ToString()),
            (
                "Runtime",
                $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, "
                    + $"{RuntimeInformation.ProcessArchitecture}"),
            ("Written", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
        ];
        html.Append("<h2>Environment</h2><table class=\"environment\">");
        foreach (var (what, value) in rows)
        {
            Add($"<tr><th>{what}</th><td>{value}</td></tr>");
        }

        html.Append("</table>");
    }

    private static bool IsOfForgetting(string name) =>
        Array.Exists(OfForgetting, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private List<string> Names() => [.. records.SelectMany(record => record.Metrics.Keys).Distinct()];

    private List<double> Values(string metric) => [.. records.Select(record => record.Metrics.GetValueOrDefault(metric, double.NaN))];

    // Every value that is put in is text, whatever stands in it.
    private void Add(FormattableString markup) =>
        html.Append(
            string.Format(
                CultureInfo.InvariantCulture,
                markup.Format,
                [.. markup.GetArguments().Select(value => value is string or Phase ? WebUtility.HtmlEncode(value.ToString()) : value)]));
}
