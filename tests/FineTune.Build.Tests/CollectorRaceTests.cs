using FineTune.Package.Tests;

namespace FineTune.Build.Tests;

/// <summary>
/// What the mended managed library is for: numbers that the collector frees while libtorch reads them. The package's own
/// dies of it within a second or two, the mended one goes on: a million steps at night, some of them else.
/// </summary>
[Category("Slow")]
[NonParallelizable]
public sealed class CollectorRaceTests
{
    private Consumer consumer;

    [SetUp]
    public void Create() => consumer = new Consumer();

    [TearDown]
    public void Delete() => consumer.Dispose();

    [Test]
    public void Mended_library_goes_on()
    {
        var app = consumer.AddApplication("App", "Race", Consumer.TorchSharp + Repository.LibTorch);
        var output = Consumer.Dotnet(app, "run", "-c", "Release", "--", "1000000", $"{Effort.Of(10, nightly: 900)}");
        Assert.That(output, Does.Contain("right "));
        TestContext.Out.Write(output);
    }

    [TestCase("PublishReadyToRun")]
    [TestCase("PublishAot")]
    public void Mended_library_goes_on_in_an_application_compiled_ahead(string how)
    {
        var app = consumer.AddApplication("App", "Race", Consumer.TorchSharp + Repository.LibTorch, $"<{how}>true</{how}>");
        var output = Path.Combine(consumer.Folder, "published");
        Consumer.Dotnet(app, "publish", "-c", "Release", "--nologo", "--use-current-runtime", "--self-contained", "-o", output);
        var (code, printed) = Repository.RunPublished(output, "1000000", $"{Effort.Of(5, nightly: 60)}");
        Assert.That(code, Is.Zero, printed);
        Assert.That(printed, Does.Contain("right "));
    }

    [Test]
    public void Library_of_the_package_fails()
    {
        var app = consumer.AddApplication(
            "App",
            "Race",
            Consumer.TorchSharp + Repository.LibTorch,
            "<FineTuneMendTorchSharp>false</FineTuneMendTorchSharp>");
        Consumer.Dotnet(app, "build", "-c", "Release", "--nologo");

        // That the native library loads is another matter. A new file: the output may be a link into the package cache.
        var library = Path.Combine(app, "bin", "Release", "net10.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (OperatingSystem.IsLinux())
        {
            var content = File.ReadAllBytes(library);
            Assert.That(CxxRuntimeVersion.Weaken(content), Is.True);
            File.Delete(library);
            File.WriteAllBytes(library, content);
        }

        var (code, output) = Repository.Dotnet(app, "run", "-c", "Release", "--no-build", "--", "1000000", "60");
        Assert.That(code, Is.Not.Zero, output);
        Assert.That(output, Does.StartWith("started"), "it works as long as nobody allocates");
        TestContext.Out.Write(output);
    }
}
