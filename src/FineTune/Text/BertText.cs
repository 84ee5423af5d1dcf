using System.Globalization;
using System.Text;

namespace FineTune.Text;

/// <summary>What BERT does with a text before it looks words up: cleans it and splits it into words and signs.</summary>
internal static class BertText
{
    /// <summary>The words of a text, each sign of punctuation and each Chinese character on its own.</summary>
    public static IEnumerable<string> Words(string text, bool lowerCase)
    {
        var word = new StringBuilder();
        foreach (var rune in Cleaned(text, lowerCase))
        {
            bool isSpace = IsSpace(rune), standsAlone = IsPunctuation(rune) || IsChinese(rune);
            if ((isSpace || standsAlone) && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }

            if (standsAlone)
            {
                yield return rune.ToString();
            }
            else if (!isSpace)
            {
                word.Append(rune);
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    private static IEnumerable<Rune> Cleaned(string text, bool lowerCase)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsSpace(rune) && (rune.Value is 0 or 0xFFFD || IsControl(rune)))
            {
                continue;
            }

            if (!lowerCase)
            {
                yield return rune;
                continue;
            }

            foreach (var plain in Decomposition.WithoutMarks(rune))
            {
                yield return Rune.ToLowerInvariant(plain);
            }
        }
    }

    private static bool IsSpace(Rune rune) =>
        rune.Value is '\t' or '\n' or '\r'
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    private static bool IsControl(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.Surrogate;

    // All of ASCII that is no letter, digit, space or control, whatever Unicode calls it.
    private static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    // The blocks of ideographs that BERT names; kana and Hangul are written with spaces' worth of words and stay together.
    private static bool IsChinese(Rune rune) => rune.Value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
