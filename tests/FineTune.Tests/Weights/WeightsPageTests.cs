using System.Globalization;
using FineTune.Text;
using FineTune.Vision;

namespace FineTune.Tests;

/// <summary>The tables of docs/weights.md are of the architectures that there are.</summary>
public sealed class WeightsPageTests
{
    private static string[][] Rows { get; } =
    [
        .. File.ReadLines(Page())
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .Where(row => !row[0].EndsWith(".Named`", StringComparison.Ordinal)),
    ];

    private static string Page()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "docs", "weights.md")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return Path.Combine(folder, "docs", "weights.md");
    }

    private static IEnumerable<BackboneArchitecture> Architectures => Backbones.All;

    [TestCaseSource(nameof(Architectures))]
    public void Torchvisions_files_stand_beside_what_their_backbone_is(BackboneArchitecture architecture)
    {
        var row = Rows.Single(row => row[0] == $"`{architecture.Name}`");

        Assert.Multiple(() =>
        {
            Assert.That(typeof(Backbones).GetMethod(row[1].Trim('`')), Is.Not.Null, row[1]);
            Assert.That(row[2], Is.EqualTo($"{architecture.InputSize}"));
            Assert.That(
                row[3],
                Is.EqualTo(
                    architecture.FeatureWidth < 10_000
                        ? $"{architecture.FeatureWidth}"
                        : architecture.FeatureWidth.ToString("N0", CultureInfo.InvariantCulture)));
            Assert.That(row[4].Split(", "), Is.All.Match($@"^`{architecture.Name}(_rwightman|_lc_swag)?-[0-9a-f]{{8}}\.pth`$"));
        });
    }

    [Test]
    public void Transformers_stand_there_with_their_repositories()
    {
        string[][] rows = [.. Rows.Where(row => row.Length == 3)];

        Assert.That(rows.Select(row => row[0].Trim('`')), Is.EqualTo(TransformerBackbone.All.Select(architecture => architecture.Name)));
        Assert.That(
            rows.Select(row => row[1].Trim('`').Split('/')[1]),
            Is.EqualTo(TransformerBackbone.All.Select(architecture => architecture.Name)));
    }
}
