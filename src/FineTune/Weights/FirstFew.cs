namespace FineTune;

/// <summary>The first few items in a sentence, and how many more there are.</summary>
internal static class FirstFew
{
    private const int Shown = 5;

    public static string Of(IReadOnlyCollection<string> items) => items.Count <= Shown
        ? string.Join(", ", items)
        : $"{string.Join(", ", items.Take(Shown))} and {items.Count - Shown} more";
}
