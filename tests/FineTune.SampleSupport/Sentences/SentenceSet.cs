using System.Text;

namespace FineTune.SampleSupport.Sentences;

/// <summary>Sentences of a kind, written once and kept in a CSV file.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Count">How many sentences.</param>
/// <param name="AreOpinions">
/// Whether a sentence's class is the opinion that it states, or else its topic and the tone of its adjective, whatever
/// a negation makes of it.
/// </param>
public sealed record SentenceSet(string Name, int Count, bool AreOpinions)
{
    /// <summary>The sentences to be told apart.</summary>
    public static SentenceSet Reviews { get; } = new("reviews", Count: 400, AreOpinions: true);

    /// <summary>What forgetting is measured by.</summary>
    public static SentenceSet Topics { get; } = new("topics", Count: 400, AreOpinions: false);

    /// <summary>The file of the sentences, written if it is not there yet: the same wherever it is written.</summary>
    public string Written(string folder) => Once(Path.Combine(folder, $"{Name}-{Count}.csv"), () =>
    {
        var random = new Random(AreOpinions ? 1 : 2);
        var lines = new List<string> { "text,label" };
        for (var i = 0; i < Count; i++)
        {
            // Topic and tone go through all their combinations; a quarter of them is negated.
            var topic = Grammar.Topics[i % Grammar.Topics.Length];
            bool isKind = i / Grammar.Topics.Length % 2 == 0, isNegated = i / (Grammar.Topics.Length * 2) % 4 == 0;
            var label = AreOpinions ? isKind != isNegated ? "praise" : "complaint" : $"{topic} {(isKind ? "kind" : "unkind")}";
            lines.Add($"\"{Grammar.Sentence(topic, isKind, isNegated, random)}\",{label}");
        }

        return lines;
    });

    private static string Once(string path, Func<IReadOnlyList<string>> lines)
    {
        if (File.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllLines(draft, lines(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(draft, path, overwrite: true);
        return path;
    }
}
