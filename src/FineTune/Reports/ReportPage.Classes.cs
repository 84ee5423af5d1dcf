using System.Globalization;

namespace FineTune;

/// <summary>What the model makes of the classes: how good it is at each, what it mixes up, and the samples that it gets wrong.</summary>
internal sealed partial class ReportPage
{
    // More than that and a table of counts is wider than a page: a map of the same, and the greatest counts in words.
    private const int MostInTable = 16;
    private const int MostConfusions = 20;

    private void Classes(Predictions predictions)
    {
        var scores = ClassScores.Of(predictions.Confusion);
        var samples = scores.Sum(score => score.Samples);
        var right = Enumerable.Range(0, predictions.Confusion.Classes).Sum(predictions.Confusion.TruePositives);
        html.Append("<h2>Classes</h2><p class=\"soft\">");
        Add($"{right} of {samples} samples are right, {Percent((double)right / samples)}. ");
        Add($"Precision: how many of those taken for a class are of it. Recall: how many of a class are taken for it.</p>");
        Open(scores.Count > MostInTable, string.Create(CultureInfo.InvariantCulture, $"{scores.Count} classes"));
        html.Append("<table class=\"classes\"><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"number\">precision</th>");
        html.Append("<th scope=\"col\" class=\"number\">recall</th><th scope=\"col\" class=\"number\">F1</th>");
        html.Append("<th scope=\"col\" class=\"number\">samples</th></tr>");
        for (var number = 0; number < scores.Count; number++)
        {
            Row(predictions.Classes[number], scores[number].Precision, scores[number].Recall, scores[number].F1, scores[number].Samples);
        }

        Row("mean", Mean(score => score.Precision), Mean(score => score.Recall), Mean(score => score.F1), samples, " class=\"sum\"");
        Row(
            "mean by samples", Weighted(score => score.Precision), Weighted(score => score.Recall), Weighted(score => score.F1), samples,
            " class=\"sum\"");
        html.Append("</table>");
        Close(scores.Count > MostInTable);

        double Mean(Func<ClassScores, double> of) => scores.Average(of);

        double Weighted(Func<ClassScores, double> of) => scores.Sum(score => of(score) * score.Samples) / samples;

        void Row(string name, double precision, double recall, double f1, long count, string kind = "")
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr{kind}>");
            Add($"<th scope=\"row\">{name}</th><td class=\"number\">{precision:0.000}</td><td class=\"number\">{recall:0.000}</td>");
            Add($"<td class=\"number\">{f1:0.000}</td><td class=\"number\">{count}</td></tr>");
        }
    }

    private void Confusion(Predictions predictions)
    {
        var (matrix, classes) = (predictions.Confusion, predictions.Classes);
        html.Append(
            "<h2>Confusion</h2><p class=\"soft\">A row for each class that a sample is of, a column for each that it was taken for.</p>");
        if (matrix.Classes <= MostInTable)
        {
            ConfusionTable(matrix, classes);
        }
        else
        {
            ConfusionMap(matrix, classes);
            Confusions(matrix, classes);
        }
    }

    private void ConfusionTable(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        html.Append("<div class=\"scroll\"><table class=\"confusion\"><tr><th></th>");
        foreach (var name in classes)
        {
            Add($"<th scope=\"col\">{name}</th>");
        }

        html.Append("</tr>");
        for (var wanted = 0; wanted < matrix.Classes; wanted++)
        {
            Add($"<tr><th scope=\"row\">{classes[wanted]}</th>");
            for (var predicted = 0; predicted < matrix.Classes; predicted++)
            {
                if (matrix[wanted, predicted] == 0)
                {
                    html.Append("<td class=\"none\">0</td>");
                    continue;
                }

                Add($"<td style=\"background: rgba(var(--{Heat(wanted, predicted)}), ");
                Add($"{Share(matrix, wanted, predicted) * 0.6:0.##})\">{matrix[wanted, predicted]}</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</table></div>");
    }

    private void ConfusionMap(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        var size = matrix.Classes;
        Add($"<svg class=\"map\" viewBox=\"0 0 {size} {size}\" role=\"img\"><title>Confusion of {size} classes</title>");
        for (var wanted = 0; wanted < size; wanted++)
        {
            for (var predicted = 0; predicted < size; predicted++)
            {
                if (matrix[wanted, predicted] > 0)
                {
                    Add($"<rect x=\"{predicted}\" y=\"{wanted}\" width=\"1\" height=\"1\" ");
                    Add($"style=\"fill: rgb(var(--{Heat(wanted, predicted)}))\" ");
                    Add($"fill-opacity=\"{0.15 + 0.85 * Share(matrix, wanted, predicted):0.##}\"><title>{classes[wanted]} taken for ");
                    Add($"{classes[predicted]}: {matrix[wanted, predicted]}</title></rect>");
                }
            }
        }

        html.Append("</svg>");
    }

    private void Confusions(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        var most = Enumerable.Range(0, matrix.Classes)
            .SelectMany(wanted => Enumerable.Range(0, matrix.Classes).Select(predicted => (Wanted: wanted, Predicted: predicted)))
            .Where(pair => pair.Wanted != pair.Predicted && matrix[pair.Wanted, pair.Predicted] > 0)
            .OrderByDescending(pair => matrix[pair.Wanted, pair.Predicted])
            .Take(MostConfusions)
            .ToList();
        if (most.Count == 0)
        {
            return;
        }

        html.Append("<table class=\"confusions\"><tr><th scope=\"col\">is</th><th scope=\"col\">taken for</th>");
        html.Append("<th scope=\"col\" class=\"number\">samples</th><th scope=\"col\" class=\"number\">of its class</th></tr>");
        foreach (var (wanted, predicted) in most)
        {
            Add($"<tr><td>{classes[wanted]}</td><td>{classes[predicted]}</td><td class=\"number\">{matrix[wanted, predicted]}</td>");
            Add($"<td class=\"number\">{Percent(Share(matrix, wanted, predicted))}</td></tr>");
        }

        html.Append("</table>");
    }

    private void Examples(Predictions predictions)
    {
        if (predictions.Examples.Count == 0)
        {
            return;
        }

        html.Append(
            "<h2>Examples</h2><p class=\"soft\">The worst mistakes first: those whose own class the model held for least probable.</p>");
        if (predictions.Examples.Any(example => example.Png is not null))
        {
            Pictures(predictions);
        }
        else
        {
            Descriptions(predictions);
        }
    }

    private void Pictures(Predictions predictions)
    {
        html.Append("<div class=\"examples\">");
        foreach (var example in predictions.Examples)
        {
            Add($"<figure class=\"{(example.Answer.IsRight ? "right" : "wrong")}\">");
            if (example.Png is not null)
            {
                Add($"<img alt=\"{example.Description}\" src=\"data:image/png;base64,{Convert.ToBase64String(example.Png)}\"/>");
            }

            var (wanted, predicted) = Names(predictions, example);
            Add($"<figcaption><b>{predicted}</b> {Percent(example.Answer.ProbabilityOfPredicted)}");
            if (!example.Answer.IsRight)
            {
                Add($"<br/>is <b>{wanted}</b> {Percent(example.Answer.ProbabilityOfWanted)}");
            }

            Add($"<br/><span class=\"soft\" title=\"{example.Description}\">{Shortened(example.Description)}</span></figcaption></figure>");
        }

        html.Append("</div>");
    }

    private void Descriptions(Predictions predictions)
    {
        html.Append("<div class=\"scroll\"><table class=\"answers\"><tr><th scope=\"col\">sample</th><th scope=\"col\">is</th>");
        html.Append("<th scope=\"col\" class=\"number\">held for</th><th scope=\"col\">taken for</th>");
        html.Append("<th scope=\"col\" class=\"number\">held for</th></tr>");
        foreach (var example in predictions.Examples)
        {
            var (wanted, predicted) = Names(predictions, example);
            Add($"<tr class=\"{(example.Answer.IsRight ? "right" : "wrong")}\"><td>{example.Description}</td><td>{wanted}</td>");
            Add($"<td class=\"number\">{Percent(example.Answer.ProbabilityOfWanted)}</td><td>{predicted}</td>");
            Add($"<td class=\"number\">{Percent(example.Answer.ProbabilityOfPredicted)}</td></tr>");
        }

        html.Append("</table></div>");
    }

    private static (string Wanted, string Predicted) Names(Predictions predictions, Example example) =>
        (predictions.Classes[example.Answer.Wanted], predictions.Classes[example.Answer.Predicted]);

    // What is right and what is not, apart without looking at numbers.
    private static string Heat(int wanted, int predicted) => wanted == predicted ? "heat" : "miss";

    private static double Share(ConfusionMatrix matrix, int wanted, int predicted)
    {
        double ofClass = Enumerable.Range(0, matrix.Classes).Sum(other => matrix[wanted, other]);
        return ofClass == 0 ? 0 : matrix[wanted, predicted] / ofClass;
    }

    // What is nearly sure is not shown as sure.
    private static string Percent(double share) => share switch
    {
        > 0.999 and < 1 => "> 99.9%",
        > 0 and < 0.001 => "< 0.1%",
        _ => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%"),
    };

    // Of a path its end, which tells it from others.
    private static string Shortened(string description)
    {
        var text = description.Trim('\'');
        var from = Math.Max(text.LastIndexOf('/'), text.LastIndexOf('\\')) + 1;
        return from > 0 && from < text.Length ? text[from..] : text;
    }

    private void Open(bool isLong, string summary)
    {
        if (isLong)
        {
            Add($"<details><summary>{summary}</summary>");
        }
    }

    private void Close(bool isLong)
    {
        if (isLong)
        {
            html.Append("</details>");
        }
    }
}
