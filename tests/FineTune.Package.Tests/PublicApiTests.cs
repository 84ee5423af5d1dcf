using System.Globalization;
using System.Reflection;

namespace FineTune.Package.Tests;

/// <summary>
/// What each assembly shows is what was approved: a member that appears, goes or changes is seen in a review.
/// <c>ACCEPT_SNAPSHOTS=1</c> approves what is there now, except in CI.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(IFineTunable).Assembly, typeof(Generators.FineTuneGenerator).Assembly,
        typeof(Analyzers.FT2001.StaleCompilationAnalyzer).Assembly, typeof(CodeFixes.FT2001.RecompileCodeFix).Assembly,
    ];

    private static IEnumerable<TestCaseData> Cases() => Assemblies.Select(assembly => new TestCaseData(assembly).SetArgDisplayNames(assembly.GetName().Name!));

    [TestCaseSource(nameof(Cases))]
    public void Shows_what_was_approved(Assembly assembly)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var approved = Path.Combine(Repository.Root, "tests", "FineTune.Package.Tests", "Approved", assembly.GetName().Name + ".txt");
        var now = PublicApi.Of(assembly);
        if (Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1" && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            File.WriteAllText(approved, now);

        var (was, lines) = (File.Exists(approved) ? File.ReadAllText(approved).Split('\n') : [], now.Split('\n'));
        Assert.Multiple(() =>
        {
            Assert.That(lines.Except(was), Is.Empty, "new");
            Assert.That(was.Except(lines), Is.Empty, "gone");
            Assert.That(lines, Is.EqualTo(was), "in this order");
        });
    }
}
