using System.Globalization;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.Corpus;

/// <summary>All rules over the repository's own libraries; what uses them is built with the rules on anyway.</summary>
[Category("Slow")]
public sealed class RepositoryTests
{
    [TestCase("src/FineTune")]
    public async Task Nothing_is_flagged_and_nothing_throws(string folder)
    {
        var compilation = SourceFolder.Compile(Path.Combine(Repository.Root, folder));
        Assert.That(
            compilation
                .GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && !LacksGenerated(diagnostic)),
            Is.Empty);

        Assert.That(await AnalyzerVerifier.Diagnose(compilation, AllAnalyzers.Create()), Is.Empty);
    }

    // .NET's own generators do not run here: those of native functions, which are partial methods, and of JSON's contexts.
    private static bool LacksGenerated(Diagnostic diagnostic) =>
        diagnostic.Id == "CS8795"
        || diagnostic.GetMessage(CultureInfo.InvariantCulture).Contains("DescriptionJson'", StringComparison.Ordinal)
        || diagnostic.GetMessage(CultureInfo.InvariantCulture).Contains("JsonSerializerContext.", StringComparison.Ordinal);
}
