using System.Globalization;
using System.Text.RegularExpressions;

namespace FineTune;

/// <summary>A file's name with places for the epoch and its values, as <c>{epoch:D2}-{val_loss:F2}.safetensors</c>.</summary>
internal sealed partial class FileNamePattern(string pattern)
{
    private const string Epoch = "epoch";

    /// <exception cref="FineTuneException">A place names what no epoch produces, or its format is none.</exception>
    public void Check(FitContext fit, string owner)
    {
        foreach (Match place in Place().Matches(pattern))
        {
            var (name, format) = (place.Groups[1].Value, place.Groups[2].Value);
            if (name != Epoch && !fit.Produced.Contains(name))
            {
                throw new FineTuneException(
                    $"{owner} has {place.Value} in the path '{pattern}', which nobody produces; there is {Epoch}, "
                        + $"{string.Join(", ", fit.Produced)}.");
            }

            if (format.Length > 0 && !IsFormat(name, format))
            {
                throw new FineTuneException(
                    $"{owner} has {place.Value} in the path '{pattern}', and '{format}' is no format of .NET: write "
                        + $"{(name == Epoch ? "{epoch:D2} for at least two digits" : $"{{{name}:F2}} for two decimals")}.");
            }
        }

        if (Place().Replace(pattern, "").AsSpan().IndexOfAny('{', '}') >= 0)
        {
            throw new FineTuneException(
                $"{owner} has a brace in the path '{pattern}' that belongs to no place such as {{epoch}} or {{val_loss:F2}}.");
        }
    }

    /// <summary>The name of the epoch that just ended.</summary>
    public string Name(FitContext fit) => Place().Replace(pattern, place =>
        place.Groups[1].Value == Epoch
            ? fit.Epoch.ToString(place.Groups[2].Value, CultureInfo.InvariantCulture)
            : fit.Metrics.TryGetValue(place.Groups[1].Value, out var value)
                ? value.ToString(place.Groups[2].Value, CultureInfo.InvariantCulture)
                : throw new FineTuneException(
                    $"Nobody reported '{place.Groups[1].Value}' in epoch {fit.Epoch}; the callback that does must come first."));

    // A letter with a precision, or digits by places: .NET takes anything else, such as Python's 02d and .2f, as text.
    private static bool IsFormat(string name, string format) =>
        Custom().IsMatch(format) || (name == Epoch ? OfWhole() : OfNumber()).IsMatch(format);

    [GeneratedRegex(@"\{([^{}:]*)(?::([^{}]*))?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    [GeneratedRegex("^[#0]*[.,]?[#0]+%?$", RegexOptions.CultureInvariant)]
    private static partial Regex Custom();

    [GeneratedRegex("^[DdNnFfGgXx][0-9]{0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex OfWhole();

    [GeneratedRegex("^[EeFfGgNnPpRr][0-9]{0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex OfNumber();
}
