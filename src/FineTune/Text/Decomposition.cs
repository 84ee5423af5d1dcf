using System.Globalization;
using System.Text;

namespace FineTune.Text;

/// <summary>
/// Characters without their accents: what is left of Unicode's canonical decomposition (NFD) without nonspacing marks.
/// From a table of our own, because .NET decomposes nothing where a program runs with the invariant culture only.
/// </summary>
internal static class Decomposition
{
    private const int FirstSyllable = 0xAC00, LastSyllable = 0xD7A3, FirstLead = 0x1100, FirstVowel = 0x1161, BeforeTails = 0x11A7;
    private const int Vowels = 21, Tails = 28;

    private static readonly Lazy<Dictionary<int, Rune[]>> Table = new(Read);

    /// <summary>What a character becomes; nothing, if it is a mark itself.</summary>
    public static Rune[] WithoutMarks(Rune rune)
    {
        if (rune.IsAscii)
        {
            return [rune];
        }

        if (rune.Value is >= FirstSyllable and <= LastSyllable)
        {
            return Jamo(rune.Value - FirstSyllable);
        }

        if (Table.Value.TryGetValue(rune.Value, out var plain))
        {
            return plain;
        }

        return Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark ? [] : [rune];
    }

    // The Unicode Standard, section 3.12: Hangul syllables are numbered by their parts.
    private static Rune[] Jamo(int syllable)
    {
        var tail = syllable % Tails;
        Rune lead = new(FirstLead + (syllable / (Vowels * Tails))), vowel = new(FirstVowel + (syllable / Tails % Vowels));
        return tail == 0 ? [lead, vowel] : [lead, vowel, new(BeforeTails + tail)];
    }

    private static Dictionary<int, Rune[]> Read()
    {
        using var stream = typeof(Decomposition).Assembly.GetManifestResourceStream("FineTune.Text.decompositions.txt")!;
        using var reader = new StreamReader(stream);
        var table = new Dictionary<int, Rune[]>();
        while (reader.ReadLine() is { } line)
        {
            Rune[] codes =
            [
                .. line.Split(' ').Select(code => new Rune(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))),
            ];
            table.Add(codes[0].Value, codes[1..]);
        }

        return table;
    }
}
