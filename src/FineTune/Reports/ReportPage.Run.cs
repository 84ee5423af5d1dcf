using System.Globalization;
using System.Runtime.InteropServices;
using FineTune.Data;
using TorchSharp;

namespace FineTune;

/// <summary>What was trained, how, and on what.</summary>
internal sealed partial class ReportPage
{
    // A column for each training; where both have the same, it stands once.
    private void Settings()
    {
        html.Append("<h2>Settings</h2><table class=\"settings\"><tr><td></td>");
        foreach (var fit in fits)
        {
            Add($"<th scope=\"col\">{fit.Phase}, from epoch {fit.History.Records[0].Epoch}</th>");
        }

        html.Append("</tr>");
        for (var row = 0; row < fits[0].Settings.Count; row++)
        {
            var values = fits.Select(fit => fit.Settings[row].Value ?? "none").ToList();
            if (fits.All(fit => fit.Settings[row].Value is null))
            {
                continue;
            }

            var what = fits[0].Settings[row].What;
            Add($"<tr><th scope=\"row\">{what}</th>");
            if (values.Distinct().Count() == 1)
            {
                Add($"<td colspan=\"{fits.Count}\">{values[0]}</td>");
            }
            else
            {
                foreach (var value in values)
                {
                    Add($"<td>{value}</td>");
                }
            }

            html.Append("</tr>");
        }

        html.Append("</table>");
    }

    private void Layers()
    {
        var most = fits.Max(fit => fit.Layers.Count);
        html.Append("<h2>Layers of the backbone</h2><details><summary>");
        Add($"{most} layers</summary><table class=\"layers\"><tr><th scope=\"col\" class=\"number\">#</th><th scope=\"col\">layer</th>");
        html.Append("<th scope=\"col\">kind</th><th scope=\"col\" class=\"number\">parameters</th>");
        foreach (var fit in fits)
        {
            Add($"<th scope=\"col\">{fit.Phase}, from epoch {fit.History.Records[0].Epoch}</th>");
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
            Add($"<th scope=\"col\">{column}</th>");
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

    private void Warnings()
    {
        TrainingWarning[] warnings = [.. fits.SelectMany(fit => fit.History.Warnings)];
        if (warnings.Length == 0)
        {
            return;
        }

        html.Append("<h2>Warnings</h2><ul class=\"warnings\">");
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
            ("Device", compiled.Model.parameters().First().device.ToString()),
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
            Add($"<tr><th scope=\"row\">{what}</th><td>{value}</td></tr>");
        }

        html.Append("</table>");
    }
}
