using System.Collections.Immutable;
using FineTune.Analyzers.FT2001;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.Rules;

/// <summary>The ways in which a project says what it wants to hear.</summary>
public sealed class SuppressionTests
{
    private const string Stale = "var compiled = model.Compile(); model.UnfreezeLast(); compiled.Fit(data);";

    [Test]
    public async Task A_pragma_silences_a_line() =>
        Assert.That(await Diagnose($"#pragma warning disable FT2001\n{Stale}\n#pragma warning restore FT2001"), Is.Empty);

    [Test]
    public async Task After_the_pragma_it_speaks_again() =>
        Assert.That(await Diagnose($"#pragma warning disable FT2001\n#pragma warning restore FT2001\n{Stale}"), Has.Length.EqualTo(1));

    [Test]
    public async Task An_attribute_silences_a_method() =>
        Assert.That(await Diagnose(Stale, "[System.Diagnostics.CodeAnalysis.SuppressMessage(\"Compile\", \"FT2001\")]"), Is.Empty);

    [Test]
    public async Task Another_rule_in_the_attribute_silences_nothing() =>
        Assert.That(
            await Diagnose(Stale, "[System.Diagnostics.CodeAnalysis.SuppressMessage(\"Compile\", \"FT2002\")]"),
            Has.Length.EqualTo(1));

    [TestCase(ReportDiagnostic.Error, DiagnosticSeverity.Error)]
    [TestCase(ReportDiagnostic.Info, DiagnosticSeverity.Info)]
    public async Task A_configured_severity_holds(ReportDiagnostic configured, DiagnosticSeverity expected) =>
        Assert.That((await Diagnose(Stale, "", configured)).Select(diagnostic => diagnostic.Severity), Is.EqualTo(new[] { expected }));

    [Test]
    public async Task A_rule_can_be_turned_off() => Assert.That(await Diagnose(Stale, "", ReportDiagnostic.Suppress), Is.Empty);

    private static async Task<ImmutableArray<Diagnostic>> Diagnose(
        string body,
        string attribute = "",
        ReportDiagnostic severity = ReportDiagnostic.Default)
    {
        var compilation = Compilations.Create(
            $$"""
            namespace Demo;
            public static class Program
            {
                {{attribute}}
                public static void Run(CatsVsDogs model)
                {
            {{body}}
                }
            }
            """,
            Models.Source);
        var options = compilation.Options.WithSpecificDiagnosticOptions([new("FT2001", severity)]);
        return await AnalyzerVerifier.Diagnose(compilation.WithOptions(options), new StaleCompilationAnalyzer());
    }
}
