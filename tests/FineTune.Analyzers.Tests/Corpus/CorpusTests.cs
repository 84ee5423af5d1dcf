namespace FineTune.Analyzers.Tests.Corpus;

/// <summary>All rules over programs of the kinds that users of TorchSharp write, and over what the language offers them.</summary>
public sealed class CorpusTests
{
    private static string Folder => Path.Combine(Repository.Root, "tests/FineTune.Analyzers.Tests/Corpus");

    /// <summary>Programs that train something, by their file names.</summary>
    internal static IEnumerable<string> Programs => In("Programs");

    /// <summary>Programs that train little, in a part of the language each.</summary>
    internal static IEnumerable<string> Language => In("Language");

    [Test]
    public void Holds_at_least_sixty_programs_of_a_hundred_to_three_hundred_lines()
    {
        Assert.That(Programs.Count(), Is.GreaterThanOrEqualTo(60));
        foreach (var program in Programs)
        {
            Assert.That(File.ReadLines(FileOf(program)).Count(), Is.InRange(100, 300), program);
        }
    }

    [TestCaseSource(nameof(Programs))]
    [TestCaseSource(nameof(Language))]
    public Task Is_flagged_where_it_says_and_nowhere_else(string program) => FlaggedLines.Verify(FileOf(program));

    internal static string FileOf(string program) => Path.Combine(Folder, program + ".cs");

    private static IEnumerable<string> In(string folder) => Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.cs")
        .Select(file => $"{folder}/{Path.GetFileNameWithoutExtension(file)}").Order(StringComparer.Ordinal);
}
