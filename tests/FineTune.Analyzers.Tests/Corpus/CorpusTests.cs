using System.Text.RegularExpressions;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.Corpus;

/// <summary>
/// All rules over programs of the kinds that users of TorchSharp write. A line that is to be flagged ends with the ids
/// in a comment; every other line is to be left alone.
/// </summary>
public sealed partial class CorpusTests
{
    private static string Folder => Path.Combine(Repository.Root, "tests/FineTune.Analyzers.Tests/Corpus/Programs");

    internal static IEnumerable<string> Programs => Directory.EnumerateFiles(Folder, "*.cs").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    [Test]
    public void Holds_at_least_thirty_programs_of_a_hundred_to_three_hundred_lines()
    {
        Assert.That(Programs.Count(), Is.GreaterThanOrEqualTo(30));
        foreach (var program in Programs)
            Assert.That(File.ReadLines(FileOf(program)).Count(), Is.InRange(100, 300), program);
    }

    [TestCaseSource(nameof(Programs))]
    public async Task Is_flagged_where_it_says_and_nowhere_else(string program)
    {
        var source = await File.ReadAllTextAsync(FileOf(program));
        var compilation = Compilations.CreateFromTrees(Compilations.Parse(source, program + ".cs"));
        compilation = compilation.WithOptions(compilation.Options.WithOutputKind(OutputKind.ConsoleApplication));
        Assert.That(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty, "The program must compile.");

        var actual = (await AnalyzerVerifier.Diagnose(compilation, AllAnalyzers.Create()))
            .Select(diagnostic => $"{diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1}: {diagnostic.Id}");

        Assert.That(actual, Is.EquivalentTo(Expected(source)));
    }

    private static IEnumerable<string> Expected(string source) =>
        from line in source.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        from id in Ids().Matches(Mark().Match(line.Text).Value)
        select $"{line.Number}: {id.Value}";

    internal static string FileOf(string program) => Path.Combine(Folder, program + ".cs");

    [GeneratedRegex(@"// (FT\d{4}(, )?)+\s*$")]
    private static partial Regex Mark();

    [GeneratedRegex(@"FT\d{4}")]
    private static partial Regex Ids();
}
