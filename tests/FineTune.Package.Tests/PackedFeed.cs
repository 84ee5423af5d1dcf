namespace FineTune.Package.Tests;

/// <summary>The package as it is packed, in a folder that projects outside the repository restore it from.</summary>
/// <remarks>They restore into an empty package cache, so that everything comes from the folder or from the registry.</remarks>
[SetUpFixture]
public sealed class PackedFeed
{
    /// <summary>A folder outside the repository, deleted after all tests.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetTempPath(), "finetune-packages-" + Guid.NewGuid().ToString("N"));

    /// <summary>Where the package lies.</summary>
    public static string Feed { get; } = Path.Combine(Folder, "feed");

    /// <summary>Its version, which follows from the last tag.</summary>
    public static string Version =>
        Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(Feed, "*.nupkg").Single())["FineTune.".Length..];

    [OneTimeSetUp]
    public void Pack()
    {
        var (code, output) = Repository.Dotnet(
            Repository.Root,
            "pack",
            "src/FineTune",
            "-c",
            Repository.Configuration,
            "--no-build",
            "-o",
            Feed,
            "--nologo");
        Assert.That(code, Is.Zero, output);
        File.WriteAllText(Path.Combine(Folder, "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup>
                <FineTuneVersion>{Version}</FineTuneVersion>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(Folder, "packages")}</RestorePackagesPath>
                <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible>
              </PropertyGroup>
            </Project>
            """);
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(Folder, recursive: true);
}
