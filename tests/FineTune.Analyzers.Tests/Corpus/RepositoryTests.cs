using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.Corpus;

/// <summary>All rules over the repository's own libraries; what uses them is built with the rules on anyway.</summary>
[Category("Slow")]
public sealed class RepositoryTests
{
    private const string PartialMethodWithoutBody = "CS8795";

    [TestCase("src/FineTune")]
    public async Task Nothing_is_flagged_and_nothing_throws(string folder)
    {
        var compilation = SourceFolder.Compile(Path.Combine(Repository.Root, folder));
        Assert.That(
            compilation
                .GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != PartialMethodWithoutBody),
            Is.Empty);

        Assert.That(await AnalyzerVerifier.Diagnose(compilation, AllAnalyzers.Create()), Is.Empty);
    }
}
