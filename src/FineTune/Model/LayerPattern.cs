using System.Text.RegularExpressions;

namespace FineTune;

/// <summary>A pattern for the names of layers: a name, or the name of what holds them, with <c>*</c> for any characters.</summary>
internal static class LayerPattern
{
    public static bool Matches(string pattern, string layer)
    {
        var expression = "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "(\\..*)?$";
        return Regex.IsMatch(layer, expression, RegexOptions.CultureInvariant);
    }
}
