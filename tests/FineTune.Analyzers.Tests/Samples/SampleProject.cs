using System.Diagnostics;

namespace FineTune.Analyzers.Tests.Samples;

/// <summary>A copy of the sample on disk, built by the same <c>dotnet</c> that a user runs.</summary>
internal sealed class SampleProject : IDisposable
{
    private readonly string folder;

    /// <summary>Copies the sample to a folder of its own, beside the sample, so that it is built as the sample is.</summary>
    public SampleProject()
    {
        folder = Path.Combine(Repository.Root, "samples", "copy-" + Guid.NewGuid().ToString("N"));
        foreach (var file in Sources.Append(Path.Combine(Original, "CatsVsDogs.csproj")))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.Move(Path.Combine(folder, "CatsVsDogs.csproj"), ProjectFile);
    }

    /// <summary>The sources of the sample in the repository.</summary>
    public static IEnumerable<string> Sources =>
        Directory.EnumerateFiles(Original, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>The sources that the sample is compiled against.</summary>
    public static IEnumerable<string> SupportSources =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "tests", "FineTune.SampleSupport"), "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal);

    /// <summary>Where the recipe is.</summary>
    public string Recipe => Path.Combine(folder, "Recipe.cs");

    private static string Original => Path.Combine(Repository.Root, "samples", "CatsVsDogs");

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Name.StartsWith("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    private string ProjectFile => Path.Combine(folder, "CatsVsDogsCopy.csproj");

    /// <summary>The source without the line that recompiles.</summary>
    public static string WithoutRecompile(string source) =>
        string.Join('\n', source.Split('\n').Where(line => !line.Contains(".Recompile(", StringComparison.Ordinal)));

    /// <summary>Builds the copy against what is built already, warnings left as warnings; what the build printed.</summary>
    public string Build() =>
        Succeeded(
            Run(
                $"build \"{ProjectFile}\" -c {Configuration} --no-incremental -p:BuildProjectReferences=false "
                    + "-p:TreatWarningsAsErrors=false -tl:off"));

    /// <summary>Runs what was built, with a cache folder of its own; the exit code and what it wrote to its error stream.</summary>
    public (int Code, string Errors) Run(params string[] arguments)
    {
        var (code, _, errors) = Run($"run -c {Configuration} --no-build --project \"{ProjectFile}\" -- {string.Join(' ', arguments)}");
        return (code, errors);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Succeeded((int Code, string Output, string Errors) run)
    {
        Assert.That(run.Code, Is.Zero, () => run.Output + run.Errors);
        return run.Output;
    }

    private (int Code, string Output, string Errors) Run(string arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
