using System.Globalization;
using System.Net;
using System.Text;
using FineTune.Weights;

namespace FineTune;

/// <summary>A page about a training, from its start to its environment.</summary>
internal sealed partial class ReportPage
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
        page.Warnings();
        page.Curves();
        if (data is not null && Predictions.Of(compiled, data, options) is { } predictions)
        {
            page.Classes(predictions);
            page.Confusion(predictions);
            page.Examples(predictions);
        }

        page.Forgotten();
        page.Settings();
        page.Layers();
        page.Summary(data);
        page.Environment();
        page.html.Append("</main></body></html>\n");
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
        Add($"</style></head><body><main><h1>{title}</h1>");
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
        ChartLine[] rates =
        [
            .. groups.Select(group => new ChartLine(
                group, [.. records.Select(record => record.LearningRates.GetValueOrDefault(group, double.NaN))])),
        ];
        html.Append(LineChart.Draw("learning rate", rates, time, logarithmic: true));
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
