using System.IO.Compression;
using System.Xml.Linq;

namespace FineTune.Package.Tests;

/// <summary>
/// What a user of the package gets: packed, restored from a folder into a project outside the repository, built with
/// warnings as errors, for each framework in the C# that it comes with, run; the mistake that the mission is about warned of, and mended
/// by the tools.
/// </summary>
[Category("Slow")]
[NonParallelizable]
public sealed class PackageTests
{
    private static readonly string Project = Path.Combine(PackedFeed.Folder, "consumer");

    private static readonly string Program = Path.Combine(Project, "Program.cs");

    [OneTimeSetUp]
    public void Create()
    {
        Directory.CreateDirectory(Project);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "FineTune.Package.Tests", "Consumer")))
        {
            File.Copy(file, Path.Combine(Project, Path.GetFileName(file)));
        }
    }

    [Test]
    public void Package_brings_generator_analyzers_fixes_and_what_mends_TorchSharp() =>
        Assert.That(
            Files($"FineTune.{PackedFeed.Version}.nupkg"),
            Is.EqualTo([
                "README.md",
                "analyzers/dotnet/cs/FineTune.Analyzers.dll",
                "analyzers/dotnet/cs/FineTune.CodeFixes.dll",
                "analyzers/dotnet/cs/FineTune.Generators.dll",
                "buildTransitive/FineTune.props",
                "buildTransitive/FineTune.targets",
                "lib/net10.0/FineTune.dll",
                "lib/net10.0/FineTune.xml",
                "lib/net8.0/FineTune.dll",
                "lib/net8.0/FineTune.xml",
                "tools/FineTune.Build.dll",
            ]));

    [TestCase("net10.0", "Google.Protobuf", "SkiaSharp", "Spectre.Console", "System.IO.Hashing", "TorchSharp", "TorchVision")]
    [TestCase(
        "net8.0",
        "Google.Protobuf",
        "SkiaSharp",
        "Spectre.Console",
        "System.IO.Hashing",
        "System.Text.Json",
        "TorchSharp",
        "TorchVision")]
    public void Package_depends_on_TorchSharp_and_on_no_libtorch(string framework, params string[] expected) =>
        Assert.That(Dependencies($"FineTune.{PackedFeed.Version}.nupkg", framework), Is.EqualTo(expected));

    [Test]
    public void Nothing_else_is_packed() =>
        Assert.That(
            Directory.EnumerateFiles(PackedFeed.Feed).Select(Path.GetFileName),
            Is.EquivalentTo([$"FineTune.{PackedFeed.Version}.nupkg", $"FineTune.{PackedFeed.Version}.snupkg"]),
            "and its symbols");

    [Test]
    public void Project_trains_is_warned_and_is_mended()
    {
        Assert.That(
            Succeed(Project, "build", "-c", "Release", "--nologo"),
            Does.Contain("0 Warning(s)"),
            "as it is, warnings being errors");
        Assert.That(
            Succeed(Project, "run", "-c", "Release", "--no-build", "--framework", "net10.0"),
            Does.Match(@"Trained for \d+ epochs, frozen: False\."));

        var program = File.ReadAllText(Program);
        File.WriteAllText(Program, program.Replace("compiled = model.Recompile();\n", ""));
        var (code, output) = Repository.Dotnet(Project, "build", "-c", "Release", "--nologo", "--no-restore");
        Assert.That(code, Is.Not.Zero);
        Assert.That(
            output,
            Does.Match(@"Program\.cs\(\d+,\d+\): error FT2001: 'compiled' is stale: .*/docs/rules/FT2001\.md"),
            "without the line");

        Succeed(Project, "format", "analyzers", "--diagnostics", "FT2001", "--severity", "warn", "--no-restore");
        Assert.That(File.ReadAllText(Program), Is.EqualTo(program), "the fix writes it back");
        Succeed(Project, "build", "-c", "Release", "--nologo", "--no-restore");
    }

    [TestCase("dotnet_diagnostic.FT2001.severity = none", "", 0, TestName = "Severity_in_editorconfig_silences")]
    [TestCase("dotnet_diagnostic.FT2001.severity = error", "", 1, TestName = "Severity_in_editorconfig_raises")]
    [TestCase("", "#pragma warning disable FT2001\n", 0, TestName = "Pragma_silences")]
    [TestCase(
        "",
        "[assembly: System.Diagnostics.CodeAnalysis.SuppressMessage(\"Compile\", \"FT2001\", Justification = \"a test\")]\n",
        0,
        TestName = "SuppressMessage_silences")]
    public void Severities_are_the_users(string setting, string line, int expected)
    {
        var program = File.ReadAllText(Program);
        var config = Path.Combine(Project, ".editorconfig");
        try
        {
            File.WriteAllText(Program, line + program.Replace("compiled = model.Recompile();\n", ""));
            File.WriteAllText(config, $"root = true\n[*.cs]\n{setting}\n");
            var (code, output) = Repository.Dotnet(Project, "build", "-c", "Release", "--nologo", "-p:TreatWarningsAsErrors=false");
            Assert.That(code, Is.EqualTo(expected), output);
            Assert.That(output.Contains("FT2001"), Is.EqualTo(expected == 1), output);
        }
        finally
        {
            File.WriteAllText(Program, program);
            File.Delete(config);
        }
    }

    private static string[] Dependencies(string package, string framework)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(PackedFeed.Feed, package));
        using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return
        [
            .. XDocument
                .Load(stream)
                .Descendants()
                .Single(element => element.Name.LocalName == "group" && element.Attribute("targetFramework")!.Value == framework)
                .Elements()
                .Select(dependency => dependency.Attribute("id")!.Value)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string[] Files(string package)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(PackedFeed.Feed, package));
        return
        [
            .. archive
                .Entries.Select(entry => entry.FullName)
                .Where(name =>
                    !name.StartsWith("_rels/", StringComparison.Ordinal)
                    && !name.StartsWith("package/", StringComparison.Ordinal)
                    && name != "[Content_Types].xml"
                    && !name.EndsWith(".nuspec", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string Succeed(string folder, params string[] arguments)
    {
        var (code, output) = Repository.Dotnet(folder, arguments);
        Assert.That(code, Is.Zero, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }
}
