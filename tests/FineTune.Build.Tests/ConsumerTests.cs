using FineTune.Package.Tests;

namespace FineTune.Build.Tests;

/// <summary>
/// Whatever way a program with TorchSharp is built and published, it gets the mended files, and works. (Trimmed, as a single file and
/// compiled ahead, with the package: <c>ConsumerMatrixTests</c>.)
/// </summary>
[Category("Slow")]
[NonParallelizable]
public sealed class ConsumerTests
{
    private const string Works = "sum 6, modes 0x103\n";

    private readonly string[] before = TorchSharpPackage.Hashes();

    private Consumer consumer;

    [SetUp]
    public void Create() => consumer = new Consumer();

    [TearDown]
    public void Delete()
    {
        consumer.Dispose();
        Assert.That(TorchSharpPackage.Hashes(), Is.EqualTo(before), "the package cache is never written to");
    }

    [Test]
    public void Application_runs()
    {
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        Assert.That(Run(app), Is.EqualTo(Works));
    }

    [Test]
    public void Application_over_a_library_runs()
    {
        consumer.AddProject("Library", Consumer.TorchSharp);
        var app = consumer.AddApplication("App", "Sum", """<ProjectReference Include="../Library/Library.csproj" />""" + Repository.LibTorch);
        Assert.That(Run(app), Is.EqualTo(Works));
    }

    [Test]
    public void Application_for_several_frameworks_runs()
    {
        var app = consumer.AddApplication(
            "App",
            "Sum",
            Consumer.TorchSharp + Repository.LibTorch,
            "<TargetFrameworks>net8.0;net10.0</TargetFrameworks>");
        Consumer.Dotnet(app, "build", "-c", "Release", "--nologo");
        Assert.That(
            Consumer.Dotnet(app, "run", "-c", "Release", "--no-build", "--framework", "net10.0").ReplaceLineEndings("\n"),
            Is.EqualTo(Works));
        Assert.That(
            Directory.EnumerateFiles(Path.Combine(app, "obj"), "TorchSharp.dll", SearchOption.AllDirectories),
            Has.Exactly(2).Items);
    }

    [TestCase("", TestName = "Published_as_it_is")]
    [TestCase("-r", "RID", "--no-self-contained", TestName = "Published_for_this_machine")]
    [TestCase("-r", "RID", "--self-contained", TestName = "Published_self_contained")]
    public void Published(params string[] options)
    {
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        var output = Path.Combine(consumer.Folder, "published");
        Consumer.Dotnet(
            app,
            [
                "publish",
                "-c",
                "Release",
                "--nologo",
                "-o",
                output,
                .. options.Where(option => option != "").Select(option => option.Replace("RID", Repository.Rid)),
            ]);
        Assert.That(Start(output), Is.EqualTo(Works));
    }

    [Test]
    public void Published_without_a_build()
    {
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        var output = Path.Combine(consumer.Folder, "published");
        Consumer.Dotnet(app, "build", "-c", "Release", "--nologo");
        Consumer.Dotnet(app, "publish", "-c", "Release", "--nologo", "--no-build", "-o", output);
        Assert.That(Start(output), Is.EqualTo(Works));
    }

    [Test]
    public void Built_again_nothing_is_written()
    {
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        Consumer.Dotnet(app, "build", "-c", "Release", "--nologo");
        var files = Times(app);
        Consumer.Dotnet(app, "build", "-c", "Release", "--nologo");
        Assert.That(Times(app), Is.EqualTo(files));
    }

    [Test]
    public void Switched_off_and_on_again_the_output_follows()
    {
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        foreach (var mended in new[] { true, false, true })
        {
            Consumer.Dotnet(app, "build", "-c", "Release", "--nologo", $"-p:FineTuneMendTorchSharp={mended}");
            var output = File.ReadAllBytes(Path.Combine(app, "bin", "Release", "net10.0", "TorchSharp.dll"));
            Assert.That(
                output.AsSpan().SequenceEqual(File.ReadAllBytes(TorchSharpPackage.Assembly)),
                Is.Not.EqualTo(mended),
                $"mended: {mended}");
        }
    }

    [TestCase("clean")]
    [TestCase("build", "--no-incremental")]
    public void Application_runs_after(params string[] arguments)
    {
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        Consumer.Dotnet(app, "build", "-c", "Release", "--nologo");
        Consumer.Dotnet(app, [.. arguments, "-c", "Release", "--nologo"]);
        Assert.That(Run(app), Is.EqualTo(Works));
    }

    [Test]
    public void Neither_an_IDE_nor_a_project_without_TorchSharp_loads_the_task()
    {
        const string absent = "-p:FineTuneBuildAssembly=/absent.dll";
        var app = consumer.AddApplication("App", "Sum", Consumer.TorchSharp + Repository.LibTorch);
        Consumer.Dotnet(app, "restore");
        Consumer.Dotnet(
            app,
            "msbuild",
            "-t:ResolveAssemblyReferencesDesignTime;Compile",
            "-p:DesignTimeBuild=true",
            "-p:SkipCompilerExecution=true",
            absent);
        var (code, output) = Repository.Dotnet(app, "build", "--nologo", absent);
        Assert.That(code, Is.Not.Zero, "so would it fail");
        Assert.That(output, Does.Contain("MendTorchSharp"));

        Consumer.Dotnet(consumer.AddProject("Plain", ""), "build", "--nologo", absent);
    }

    private static string Run(string project) => Consumer.Dotnet(project, "run", "-c", "Release").ReplaceLineEndings("\n");

    private static string Start(string published) => Repository.RunPublished(published).Output.ReplaceLineEndings("\n");

    private static string[] Times(string project) =>
    [
        .. Directory.EnumerateFiles(project, "*TorchSharp*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetRelativePath(project, file)} {File.GetLastWriteTimeUtc(file):O}"),
    ];
}
