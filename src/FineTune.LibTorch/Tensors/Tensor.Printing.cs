using System.Globalization;
using System.Text;

namespace TorchSharp;

/// <summary>How a tensor is written out.</summary>
public enum TensorStringStyle
{
    /// <summary>Shape, dtype and device.</summary>
    Metadata,

    /// <summary>As Julia: the metadata, then a table for each matrix.</summary>
    Julia,

    /// <summary>As numpy: nested brackets.</summary>
    Numpy,

    /// <summary>The metadata, then the values on the same line.</summary>
    CSharp,

    /// <summary>What <see cref="torch.TensorStringStyle"/> says.</summary>
    Default = ~1,
}

public static partial class torch
{
    public const TensorStringStyle julia = TensorStringStyle.Julia;
    public const TensorStringStyle numpy = TensorStringStyle.Numpy;

    private static string floatFormat = "g5";
    private static int lineWidth = 100;
    private static string lineEnd = "\n";

    /// <summary>The style of tensors written out in the default style.</summary>
    public static TensorStringStyle TensorStringStyle { get; set; } = TensorStringStyle.Julia;

    /// <summary>Changes what tensors look like where a call does not say.</summary>
    public static void set_printoptions(TensorStringStyle? style = null, string? floatFormat = null, int? linewidth = null, string? newLine = null)
    {
        TensorStringStyle = style ?? TensorStringStyle;
        torch.floatFormat = floatFormat ?? torch.floatFormat;
        lineWidth = linewidth ?? lineWidth;
        lineEnd = newLine ?? lineEnd;
    }

    public partial class Tensor
    {
        /// <summary>Shape, dtype and device, such as "[2x3], type = Float32, device = cpu".</summary>
        public override string ToString() => IsInvalid ? "" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        public string ToString(bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            ToString(disamb ? TensorStringStyle.Default : TensorStringStyle.Metadata, fltFormat, width, cultureInfo, newLine);

        /// <param name="fltFormat">How numbers are written, such as "g5".</param>
        /// <param name="width">Columns of text; rows that are longer are cut in the middle.</param>
        public string ToString(TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (style == TensorStringStyle.Default) style = torch.TensorStringStyle;
            if (style == TensorStringStyle.Metadata || IsInvalid) return ToString();
            using DisposeScope scope = NewDisposeScope();
            var printer = new Printer(fltFormat ?? floatFormat, width ?? lineWidth, newLine ?? lineEnd, cultureInfo ?? CultureInfo.CurrentCulture);
            Tensor values = detach().cpu();
            return style switch
            {
                TensorStringStyle.Numpy => printer.Nested(values, 0),
                TensorStringStyle.CSharp => $"{this}, value = {printer.Nested(values, 0).Replace(newLine ?? lineEnd, " ")}",
                _ => this + (newLine ?? lineEnd) + printer.Tables(values, ""),
            };
        }

        private sealed class Printer(string format, int width, string newLine, CultureInfo culture)
        {
            private const int Edge = 3;

            public string Nested(Tensor values, int depth)
            {
                if (values.ndim == 0) return Number(values);
                string between = values.ndim == 1 ? ", " : "," + string.Concat(Enumerable.Repeat(newLine, (int)values.ndim - 1)) + new string(' ', depth + 1);
                return "[" + string.Join(between, Elements(values, value => Nested(value, depth + 1))) + "]";
            }

            public string Tables(Tensor values, string place)
            {
                if (values.ndim == 0) return " " + Number(values);
                if (values.ndim == 1) return " " + string.Join(' ', Elements(values, Number));
                if (values.ndim == 2) return Table(values);
                var text = new StringBuilder();
                for (long i = 0; i < values.size(0); i++)
                {
                    string here = $"{place}{i},";
                    if (values.ndim == 3) text.Append('[').Append(here).Append("..,..] =").Append(newLine);
                    text.Append(Tables(values[i], here)).Append(newLine);
                }

                return text.ToString().TrimEnd();
            }

            private string Table(Tensor matrix)
            {
                string[][] rows = [.. Elements(matrix, row => Elements(row, Number).ToArray())];
                int columns = rows.Length == 0 ? 0 : rows.Max(row => row.Length);
                int[] widths = [.. Enumerable.Range(0, columns).Select(column => rows.Where(row => column < row.Length).Max(row => row[column].Length))];
                return string.Join(newLine, rows.Select(row => " " + string.Join(' ', row.Select((cell, column) => cell.PadLeft(widths[column])))));
            }

            /// <summary>All elements along the first dimension, or the first and last ones around dots where they would not fit.</summary>
            private IEnumerable<T> Elements<T>(Tensor values, Func<Tensor, T> write)
            {
                long count = values.size(0);
                bool cut = count > 2 * Edge && count * 2 > width;
                for (long i = 0; i < count; i++)
                {
                    if (cut && i == Edge)
                    {
                        if (typeof(T) == typeof(string)) yield return (T)(object)"...";
                        i = count - Edge;
                    }

                    yield return write(values[i]);
                }
            }

            private string Number(Tensor value) => value.dtype switch
            {
                ScalarType.Bool => value.ToBoolean() ? "True" : "False",
                { } type when torch.is_integral(type) => value.ToInt64().ToString(culture),
                _ => value.ToDouble().ToString(format, culture),
            };
        }
    }
}
