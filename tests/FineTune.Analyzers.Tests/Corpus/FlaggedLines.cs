using System.Text.RegularExpressions;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.Corpus;

/// <summary>
/// All rules over a program with an entry point. A line that is to be flagged ends with the ids in a comment; every
/// other line is to be left alone, whether or not the project knows the runtime. A hint that the file does not mark is no flag.
/// </summary>
internal static partial class FlaggedLines
{
    /// <summary>Expects what the file says, and no exception of a rule.</summary>
    public static async Task Verify(string file)
    {
        var source = await File.ReadAllTextAsync(file);
        var compilation = Compilations.CreateFromTrees(Compilations.Parse(source, Path.GetFileName(file)));
        compilation = compilation.WithOptions(compilation.Options.WithOutputKind(OutputKind.ConsoleApplication));

        foreach (var project in new[] { compilation, Compilations.WithoutRuntime(compilation) })
        {
            Assert.That(AnalyzerVerifier.Errors(project), Is.Empty, "The program must compile.");
            var expected = Expected(source).ToList();
            var actual = (await AnalyzerVerifier.Diagnose(project, AllAnalyzers.Create()))
                .Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Info || expected.Contains(LineOf(diagnostic)))
                .Select(LineOf);
            Assert.That(actual, Is.EquivalentTo(expected), project == compilation ? "with the runtime" : "without the runtime");
        }
    }

    private static string LineOf(Diagnostic diagnostic) =>
        $"{diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1}: {diagnostic.Id}";

    private static IEnumerable<string> Expected(string source) =>
        from line in source.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        from id in Ids().Matches(Mark().Match(line.Text).Value)
        select $"{line.Number}: {id.Value}";

    [GeneratedRegex(@"// (FT\d{4}(, )?)+\s*$")]
    private static partial Regex Mark();

    [GeneratedRegex(@"FT\d{4}")]
    private static partial Regex Ids();
}
