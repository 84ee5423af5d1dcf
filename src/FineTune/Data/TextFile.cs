using System.Globalization;
using System.Text;

namespace FineTune.Data;

/// <summary>Text in a file, of which every byte has to be part of a character: one that is not would be another text without a
/// word.</summary>
internal static class TextFile
{
    /// <summary>Reads a file as UTF-8, or as its first bytes say, unless told otherwise.</summary>
    /// <param name="what">What it is, for an error: "table".</param>
    /// <param name="path">The file.</param>
    /// <param name="encoding">The encoding; null for UTF-8.</param>
    /// <param name="option">Where another encoding can be stated, as in <c>CsvOptions.Encoding</c>; null where it cannot.</param>
    /// <exception cref="FineTuneException">It cannot be read, or is of another encoding; the sentence names line and column.</exception>
    public static string Read(string what, string path, Encoding? encoding = null, string? option = null)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FineTuneException($"The {what} '{path}' cannot be read: {exception.Message}", exception);
        }

        var (known, start) = Marked(bytes);
        var strict = (Encoding)(encoding ?? known).Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        start = encoding is null || encoding.CodePage == known.CodePage ? start : 0;
        try
        {
            return strict.GetString(bytes, start, bytes.Length - start);
        }
        catch (DecoderFallbackException exception)
        {
            var at = start + Math.Clamp(exception.Index, 0, bytes.Length - start - 1);
            var (line, column) = Place(bytes, start, at, (Encoding)(encoding ?? known).Clone());
            throw new FineTuneException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{path}', line {line}, column {column}: the byte 0x{bytes[at]:X2} is not "
                        + $"{strict.WebName.ToUpperInvariant()}. Save the file as "
                        + $"UTF-8{(option is null ? "" : $", or state what it is in {option}, as in Encoding.Latin1")}."),
                exception);
        }
    }

    // A mark at the start says more than a default, and is no part of the text.
    private static (Encoding Encoding, int Start) Marked(byte[] bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
        [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        _ => (Encoding.UTF8, 0),
    };

    private static (int Line, int Column) Place(byte[] bytes, int start, int at, Encoding lenient)
    {
        var before = lenient.GetString(bytes, start, at - start);
        var line = before.LastIndexOf('\n') + 1;
        return (before.Count(character => character == '\n') + 1, before.Length - line + 1);
    }
}
