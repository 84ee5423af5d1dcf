using System.Globalization;
using System.Net;
using System.Text;

namespace FineTune;

/// <summary>A line of a chart: its name, and a value for each epoch, NaN where there is none.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<double> Values);

/// <summary>The places on the time axis that all charts share.</summary>
/// <param name="Epochs">The number of each epoch.</param>
/// <param name="Phases">Where each phase begins, as an index into <paramref name="Epochs"/>, and what it is called.</param>
/// <param name="Restored">The epochs whose weights were put back, as indices.</param>
internal sealed record ChartTime(
    IReadOnlyList<int> Epochs, IReadOnlyList<(int Start, string Name)> Phases, IReadOnlyList<int> Restored);

/// <summary>Lines over epochs, as inline SVG.</summary>
internal static class LineChart
{
    private const double Width = 520;
    private const double Height = 250;
    private const double Left = 62;
    private const double Right = 14;
    private const double Top = 20;
    private const double Bottom = 30;
    private const int MostEpochLabels = 10;

    // Around their middle: a disc, a square, a triangle, a diamond.
    private static readonly string[] Shapes =
    [
        "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z",
        "m-2.4 -2.4h4.8v4.8h-4.8z",
        "m0 -3.2l3.2 5.6h-6.4z",
        "m0 -3.4l3.4 3.4l-3.4 3.4l-3.4 -3.4z",
    ];

    public static string Draw(string title, IReadOnlyList<ChartLine> lines, ChartTime time, bool logarithmic = false)
    {
        var values = lines.SelectMany(line => line.Values);
        var axis = logarithmic ? Axis.Logarithmic(values) : Axis.Linear(values);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Encode(title)}");
        for (var i = 0; i < lines.Count; i++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<span class=\"key\"><svg class=\"sign\" viewBox=\"0 0 34 10\" aria-hidden=\"true\"><path class=\"{Class(i)}\" "
                    + $"d=\"M1 5L33 5\"/>{Mark(i, 17, 5)}</svg>{Encode(lines[i].Name)}</span>");
        }

        svg.Append(
            CultureInfo.InvariantCulture,
            $"</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{Encode(title)}</title>");
        Grid(svg, axis, time);
        Marks(svg, time);
        for (var i = 0; i < lines.Count; i++)
        {
            Line(svg, lines[i], i, axis, time);
        }

        return svg.Append("</svg></figure>").ToString();
    }

    private static void Grid(StringBuilder svg, Axis axis, ChartTime time)
    {
        foreach (var tick in axis.Ticks)
        {
            var y = Y(axis.Place(tick));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.##}\" y2=\"{y:0.##}\"/>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"tick\" text-anchor=\"end\" x=\"{Left - 6}\" y=\"{y + 4:0.##}\">{axis.Text(tick)}</text>");
        }

        var stride = (time.Epochs.Count + MostEpochLabels - 1) / MostEpochLabels;
        for (var i = 0; i < time.Epochs.Count; i += stride)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"tick\" text-anchor=\"middle\" x=\"{X(i, time):0.##}\" "
                    + $"y=\"{Height - Bottom + 18}\">{time.Epochs[i]}</text>");
        }
    }

    private static void Marks(StringBuilder svg, ChartTime time)
    {
        foreach (var (start, name) in time.Phases)
        {
            // Between the last epoch before and the first one after.
            var x = start == 0 ? Left : X(start - 0.5, time);
            if (start > 0)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<line class=\"phase\" x1=\"{x:0.##}\" x2=\"{x:0.##}\" y1=\"{Top - 12}\" y2=\"{Height - Bottom}\"/>");
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{x + 4:0.##}\" y=\"{Top - 6}\">{Encode(name)}</text>");
        }

        foreach (var restored in time.Restored)
        {
            var x = X(restored, time);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"restored\" x1=\"{x:0.##}\" x2=\"{x:0.##}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"><title>The weights "
                    + $"of epoch {time.Epochs[restored]} were restored.</title></line>");
        }
    }

    private static void Line(StringBuilder svg, ChartLine line, int number, Axis axis, ChartTime time)
    {
        (double X, double Y)[] places = [.. line.Values.Select((value, i) => (X(i, time), Y(axis.Place(value))))];
        var path = new StringBuilder();
        var drawing = false;
        for (var i = 0; i < places.Length; i++)
        {
            var (x, y) = places[i];

            // Between phases a learning rate jumps; a line from one to the other would show values that never were.
            drawing = drawing && !time.Phases.Any(phase => phase.Start == i);
            if (double.IsFinite(y))
            {
                path.Append(CultureInfo.InvariantCulture, $"{(drawing ? 'L' : 'M')}{x:0.##} {y:0.##}");
            }

            drawing = double.IsFinite(y);
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{Class(number)}\" d=\"{path}\"/>");
        for (var i = 0; i < places.Length; i++)
        {
            if (double.IsFinite(places[i].Y))
            {
                svg.Append(Mark(
                    number, places[i].X, places[i].Y,
                    FormattableString.Invariant($"{line.Name}, epoch {time.Epochs[i]}: {line.Values[i]:G6}")));
            }
        }
    }

    // A color, dashes and a mark of its own each, so that lines that lie on each other, or are not seen in color, are told apart.
    private static string Class(int number) => FormattableString.Invariant($"curve line{number % 6} dashes{number % Shapes.Length}");

    private static string Mark(int number, double x, double y, string? title = null)
    {
        var shape = Shapes[number % Shapes.Length];
        return FormattableString.Invariant($"<path class=\"mark line{number % 6}\" d=\"M{x:0.##} {y:0.##}{shape}\">")
            + (title is null ? "</path>" : $"<title>{Encode(title)}</title></path>");
    }

    private static double X(double index, ChartTime time) =>
        Left + (index + 0.5) / time.Epochs.Count * (Width - Left - Right);

    private static double Y(double place) => Height - Bottom - place * (Height - Top - Bottom);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
