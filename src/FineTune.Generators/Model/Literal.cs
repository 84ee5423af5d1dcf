using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Model;

/// <summary>Writes values as C#.</summary>
internal static class Literal
{
    public static string Of(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    public static string Of(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "null";

    /// <summary>A learning rate as people write it: <c>1e-4</c>, not <c>0.0001</c> or <c>1E-05</c>.</summary>
    public static string Of(double? value)
    {
        if (value is not { } number)
        {
            return "null";
        }

        var text = number.ToString("R", CultureInfo.InvariantCulture);
        if (text.IndexOf('E') is var mark and >= 0)
        {
            return Scientific(text.Substring(0, mark), int.Parse(text.Substring(mark + 1), CultureInfo.InvariantCulture));
        }

        if (text.StartsWith("0.00", StringComparison.Ordinal))
        {
            var digits = text.Substring(2).TrimStart('0');
            return Scientific(digits.Length == 1 ? digits : digits.Insert(1, "."), digits.Length - text.Length + 1);
        }

        return text.IndexOf('.') < 0 ? text + ".0" : text;
    }

    private static string Scientific(string mantissa, int exponent) =>
        mantissa + "e" + exponent.ToString(CultureInfo.InvariantCulture);
}
