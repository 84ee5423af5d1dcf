namespace FineTune.SampleSupport.Sentences;

/// <summary>Words, and the one rule by which they become an opinion: what is not lovely is bad, and the other way round.</summary>
internal static class Grammar
{
    public static readonly string[] Topics = ["film", "meal", "hotel", "journey"];

    private static readonly Dictionary<string, string[]> Things = new()
    {
        ["film"] = ["film", "plot", "cast", "ending", "soundtrack", "dialogue"],
        ["meal"] = ["soup", "bread", "waiter", "dessert", "kitchen", "wine"],
        ["hotel"] = ["room", "bed", "lobby", "pillow", "balcony", "porter"],
        ["journey"] = ["train", "ferry", "seat", "platform", "timetable", "driver"],
    };

    private static readonly string[] Kind = ["lovely", "great", "charming", "fresh", "delightful", "warm", "bright", "clever"];
    private static readonly string[] Unkind = ["awful", "dull", "stale", "rude", "dreadful", "clumsy", "grim", "dirty"];
    private static readonly string[] Plain = ["was", "seemed", "really was", "turned out to be"];
    private static readonly string[] Negated = ["was not", "was never", "was hardly", "was anything but"];
    private static readonly string[] Openings = ["", "frankly ,", "to be honest ,", "this time", "as always ,", "we found that"];
    private static readonly string[] Endings = [".", "!", ", they said .", "last week .", "and that was it ."];

    /// <summary>A sentence about a topic.</summary>
    /// <param name="topic">One of <see cref="Topics"/>.</param>
    /// <param name="isKind">Whether its adjective is a kind one.</param>
    /// <param name="isNegated">Whether it says that the thing is not so.</param>
    /// <param name="random">What the rest is drawn from.</param>
    public static string Sentence(string topic, bool isKind, bool isNegated, Random random)
    {
        string Any(string[] words) => words[random.Next(words.Length)];
        string[] parts =
        [
            Any(Openings),
            "the",
            Any(Things[topic]),
            Any(isNegated ? Negated : Plain),
            Any(isKind ? Kind : Unkind),
            Any(Endings),
        ];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }
}
