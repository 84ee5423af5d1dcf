using System.Reflection;
using System.Text.RegularExpressions;
using FineTune.Analyzers.FT2001;
using FineTune.CodeFixes.FT2001;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.Tests.Rules;

/// <summary>What every rule has, whatever it is about.</summary>
public sealed class EveryRuleTests
{
    private const string Certainties = "proved on every path|on some path|by shape";

    private static IEnumerable<DiagnosticDescriptor> Descriptors =>
        Instances<DiagnosticAnalyzer>(typeof(StaleCompilationAnalyzer).Assembly).SelectMany(analyzer => analyzer.SupportedDiagnostics);

    private static IEnumerable<CodeFixProvider> Fixes => Instances<CodeFixProvider>(typeof(RecompileCodeFix).Assembly);

    private static IEnumerable<string> Ids => Descriptors.Select(rule => rule.Id);

    [Test]
    public void Ids_are_unique() => Assert.That(Ids, Is.Unique);

    [TestCaseSource(nameof(Ids))]
    public void Has_a_page_with_its_title_a_wrong_and_a_right_example(string id)
    {
        var page = Page($"{id}.md");

        Assert.That(page, Does.StartWith($"# {id}: {Rule(id).Title}\n"));
        Assert.That(page, Does.Contain($"| Category | {Rule(id).Category} |\n| Severity | {Rule(id).DefaultSeverity} |\n"));
        Assert.That(page, Does.Contain("## Wrong\n\n```csharp").And.Contain("## Right\n\n```csharp"));
    }

    [TestCaseSource(nameof(Ids))]
    public void Help_link_leads_to_its_page(string id) => Assert.That(Rule(id).HelpLinkUri, Does.EndWith($"/docs/rules/{id}.md"));

    [TestCaseSource(nameof(Ids))]
    public void Stands_in_the_table_with_severity_certainty_and_fix(string id)
    {
        var row = Page("README.md").Split('\n').Single(line => line.StartsWith($"| [{id}]({id}.md)", StringComparison.Ordinal));
        var hasFix = Fixes.Any(fix => fix.FixableDiagnosticIds.Contains(id));

        var title = Regex.Escape($"{Rule(id).Title}");
        Assert.That(row, Does.Match($@"\| {title} \| {Rule(id).DefaultSeverity} \| ({Certainties}) \| "));
        Assert.That(row.EndsWith("| |", StringComparison.Ordinal), Is.EqualTo(!hasFix));
    }

    [TestCaseSource(nameof(Ids))]
    public void Stands_in_the_release_notes(string id)
    {
        var releases = File.ReadAllText(Path.Combine(Repository.Root, "analyzers/FineTune.Analyzers/AnalyzerReleases.Unshipped.md"))
            + File.ReadAllText(Path.Combine(Repository.Root, "analyzers/FineTune.Analyzers/AnalyzerReleases.Shipped.md"));

        Assert.That(Regex.Matches(releases, $"^{id} ", RegexOptions.Multiline), Has.Count.EqualTo(1));
    }

    [TestCaseSource(nameof(Ids))]
    public void Has_positive_and_negative_cases(string id)
    {
        var wanted = id is "FT2001" or "FT3001" ? 15 : 5;
        var cases = typeof(EveryRuleTests)
            .Assembly.GetTypes()
            .Where(type => type.Namespace == $"FineTune.Analyzers.Tests.{id}")
            .SelectMany(type => type.GetMethods())
            .ToList();
        int Count(string name) =>
            cases.Where(method => method.Name == name).Sum(method => method.GetCustomAttributes<TestCaseAttribute>().Count());

        Assert.That(Count("Flags"), Is.GreaterThanOrEqualTo(wanted));
        Assert.That(Count("Is_silent"), Is.GreaterThanOrEqualTo(wanted));
    }

    [Test]
    public void Every_fix_is_for_a_rule_and_mends_all_at_once()
    {
        Assert.That(Fixes, Is.Not.Empty);
        foreach (var fix in Fixes)
        {
            Assert.That(fix.FixableDiagnosticIds, Is.SubsetOf(Ids));
            Assert.That(fix.GetFixAllProvider(), Is.Not.Null, fix.GetType().Name);
        }
    }

    [Test]
    public void Every_page_is_of_a_rule()
    {
        var pages = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "docs/rules"), "FT*.md")
            .Select(Path.GetFileNameWithoutExtension);

        Assert.That(pages, Is.EquivalentTo(Ids));
    }

    [Test]
    public void The_table_says_what_its_words_of_certainty_mean() =>
        Assert.That(Certainties.Split('|'), Has.All.Matches<string>(word => Page("README.md").Contains($"\n- *{word}*: ")));

    private static DiagnosticDescriptor Rule(string id) => Descriptors.Single(rule => rule.Id == id);

    private static string Page(string name) =>
        File.ReadAllText(Path.Combine(Repository.Root, "docs/rules", name)).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static IEnumerable<T> Instances<T>(Assembly assembly) =>
        assembly
            .GetTypes()
            .Where(type => !type.IsAbstract && typeof(T).IsAssignableFrom(type))
            .Select(type => (T)Activator.CreateInstance(type)!);
}
