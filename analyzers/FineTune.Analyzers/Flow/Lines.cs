using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>How messages name a place in the source.</summary>
internal static class Lines
{
    /// <summary><c>line 12</c>, or <c>line 12 of Other.cs</c>, seen from <paramref name="file"/>.</summary>
    public static string Of(Location? location, SyntaxTree file)
    {
        if (location is null)
        {
            return "an earlier line";
        }

        var span = location.GetLineSpan();
        var line = $"line {span.StartLinePosition.Line + 1}";
        return location.SourceTree == file ? line : $"{line} of {Path.GetFileName(span.Path)}";
    }
}
