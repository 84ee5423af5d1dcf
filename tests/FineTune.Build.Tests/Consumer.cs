using FineTune.Package.Tests;

namespace FineTune.Build.Tests;

/// <summary>
/// A folder outside of the repository, and below it projects of a user of the package, who has the targets by an import
/// (that they are in the package is tested with the package).
/// </summary>
internal sealed class Consumer : IDisposable
{
    // Half a gigabyte of libtorch need not be copied for each output.
    private const string Links = """
        <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
        <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
        <CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible>
        """;

    /// <summary>TorchSharp itself.</summary>
    public static string TorchSharp { get; } = $"""<PackageReference Include="TorchSharp" Version="{TorchSharpPackage.Version}" />""";

    /// <summary>The folder of all.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("finetune-consumer-").FullName;

    /// <summary>Adds an application that is one of the programs of <c>Consumers</c>; its folder.</summary>
    public string AddApplication(string name, string program, string items, string properties = "")
    {
        var folder = AddProject(name, items, $"<OutputType>Exe</OutputType>{properties}");
        File.Copy(
            Path.Combine(Repository.Root, "tests", "FineTune.Build.Tests", "Consumers", program, "Program.cs"),
            Path.Combine(folder, "Program.cs"));
        return folder;
    }

    /// <summary>Adds a project without sources; its folder.</summary>
    public string AddProject(string name, string items, string properties = "")
    {
        var folder = Path.Combine(Folder, name);
        Directory.CreateDirectory(folder);
        var configuration = Repository.Configuration.ToLowerInvariant();
        var task = Path.Combine(Repository.Root, "artifacts", "bin", "FineTune.Build", configuration, "FineTune.Build.dll");
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {(properties.Contains("TargetFrameworks") ? "" : "<TargetFramework>net10.0</TargetFramework>")}
                <Nullable>enable</Nullable>
                <FineTuneBuildAssembly>{task}</FineTuneBuildAssembly>
                {Links}
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
              <Import Project="{Path.Combine(Repository.Root, "src", "FineTune", "Package", "FineTune.targets")}" />
            </Project>
            """);
        return folder;
    }

    /// <summary>Runs <c>dotnet</c>, which must succeed; what it printed.</summary>
    public static string Dotnet(string folder, params string[] arguments)
    {
        var (code, output) = Repository.Dotnet(folder, arguments);
        Assert.That(code, Is.Zero, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
