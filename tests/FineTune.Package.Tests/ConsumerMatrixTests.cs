namespace FineTune.Package.Tests;

/// <summary>
/// Every kind of project that may use the package, on each framework that it is for: it trains, the build warns of a forgotten
/// recompile, and numbers are not collected while they are in use.
/// </summary>
[Category("Slow")]
[NonParallelizable]
public sealed class ConsumerMatrixTests
{
    private const string FineTune = """<PackageReference Include="FineTune" Version="[$(FineTuneVersion)]" />""";

    private const string Executable = "<OutputType>Exe</OutputType>";

    private string folder = "";

    [SetUp]
    public void Create() => folder = Directory.CreateDirectory(Path.Combine(PackedFeed.Folder, Guid.NewGuid().ToString("N"))).FullName;

    [TearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [Test]
    public void Console([Values("net8.0", "net10.0")] string framework)
    {
        Write("App", framework, Executable, FineTune + Repository.LibTorch, "Training", "Console");
        Runs("App");
    }

    [Test]
    public void Web_service([Values("net8.0", "net10.0")] string framework)
    {
        Write("App", framework, "", FineTune + Repository.LibTorch, sdk: "Microsoft.NET.Sdk.Web", sources: ["Training", "Web"]);
        Runs("App");
    }

    [Test]
    public void Library_between_application_and_package([Values("net8.0", "net10.0")] string framework)
    {
        Write("Library", framework, "", FineTune, "Training");
        Write("App", framework, Executable, """<ProjectReference Include="../Library/Library.csproj" />""" + Repository.LibTorch, "Console");
        Runs("App");
    }

    [Test]
    public void Tests([Values("net8.0", "net10.0")] string framework)
    {
        const string testing = """
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.0.1" />
            <PackageReference Include="NUnit" Version="4.4.0" />
            <PackageReference Include="NUnit3TestAdapter" Version="5.2.0" />
            """;
        Write("App", framework, "", FineTune + Repository.LibTorch + testing, "Training", "Tests");
        var output = Dotnet("App", "test", "-c", "Release");
        Assert.That(output, Does.Match(@"warning FT2001: 'compiled' is stale").And.Match(@"Passed:\s+2"));
    }

    [Test]
    public void Published(
        [Values("net8.0", "net10.0")] string framework,
        [Values("PublishTrimmed", "PublishSingleFile", "PublishAot")] string how)
    {
        Write(
            "App",
            framework,
            $"{Executable}<{how}>true</{how}><SelfContained>true</SelfContained>",
            FineTune + Repository.LibTorch,
            "Training",
            "Console");
        var published = Path.Combine(folder, "published");
        Assert.That(
            Dotnet("App", "publish", "-c", "Release", "--use-current-runtime", "-o", published),
            Does.Match("warning FT2001: 'compiled' is stale"));
        var (code, output) = Repository.RunPublished(published);
        Trained(code, output);
    }

    [Test]
    public void One_line_brings_pretrained_weights([Values("", "PublishSingleFile")] string how)
    {
        const string line = """<PackageDownload Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="[0.23.1]" />""";
        var properties = how == "" ? Executable : $"{Executable}<{how}>true</{how}><SelfContained>true</SelfContained>";
        var published = Path.Combine(folder, "published");

        Assert.That(Published(""), Does.Contain($"Add {line} to an ItemGroup of the project file and build again"));
        Assert.That(Directory.Exists(Path.Combine(published, "pretrained")), Is.False);
        Assert.That(Published(line), Does.Contain("512 features."));
        Assert.That(File.Exists(Path.Combine(published, "pretrained", "ResNet18.onnx")), Is.True);

        string Published(string lines)
        {
            var project = Path.Combine(folder, "App");
            if (Directory.Exists(project))
            {
                Directory.Delete(project, recursive: true);
                Directory.Delete(published, recursive: true);
            }

            Write("App", "net10.0", properties, FineTune + Repository.LibTorch + lines, "Pretrained");
            Dotnet("App", "publish", "-c", "Release", "--use-current-runtime", "-o", published);
            return Repository.RunPublished(published).Output;
        }
    }

    private void Runs(string project)
    {
        Assert.That(Dotnet(project, "build", "-c", "Release"), Does.Match("warning FT2001: 'compiled' is stale"));
        var (code, output) = Repository.Dotnet(Path.Combine(folder, project), "run", "-c", "Release", "--no-build");
        Trained(code, output);
    }

    private static void Trained(int code, string output)
    {
        Assert.That(code, Is.Zero, output);
        Assert.That(output.ReplaceLineEndings("\n"), Does.Match(@"Trained for \d+ epochs, frozen: False\.\nRight to the end\."));
    }

    private string Dotnet(string project, params string[] arguments)
    {
        var (code, output) = Repository.Dotnet(Path.Combine(folder, project), arguments);
        Assert.That(code, Is.Zero, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    private void Write(string name, string framework, string properties, string items, params string[] sources) =>
        Write(name, framework, properties, items, "Microsoft.NET.Sdk", sources);

    // What is built for .NET 8 and not published with its runtime runs on the one that is there.
    private void Write(string name, string framework, string properties, string items, string sdk, string[] sources)
    {
        var project = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.WriteAllText(Path.Combine(project, name + ".csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <TargetFramework>{framework}</TargetFramework>
                <RollForward>Major</RollForward>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <FineTuneImplicitUsings>enable</FineTuneImplicitUsings>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
            </Project>
            """);
        var tests = Path.Combine(Repository.Root, "tests", "FineTune.Package.Tests");
        foreach (var source in sources)
        {
            File.Copy(Path.Combine(tests, "Matrix", source + ".cs"), Path.Combine(project, source + ".cs"));
        }

        if (sources.Contains("Training"))
        {
            File.Copy(Path.Combine(tests, "Consumer", "PointClassifier.cs"), Path.Combine(project, "PointClassifier.cs"));
        }
    }
}
