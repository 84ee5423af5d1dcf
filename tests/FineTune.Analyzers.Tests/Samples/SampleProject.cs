using System.Diagnostics;

namespace FineTune.Analyzers.Tests.Samples;

/// <summary>
/// A copy of the sample on disk, built by the same <c>dotnet</c> that a user runs. One at a time: what is built of two is in one place.
/// </summary>
internal sealed class SampleProject : IDisposable
{
    /// <summary>Copies the sample to a folder of its own, beside the sample, so that it is built as the sample is.</summary>
    public SampleProject()
    {
        Folder = Path.Combine(Repository.Root, "samples", "copy-" + Guid.NewGuid().ToString("N"));
        foreach (var file in Sources.Append(Path.Combine(Original, "CatsVsDogs.csproj")))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(Original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.Move(Path.Combine(Folder, "CatsVsDogs.csproj"), ProjectFile);
    }

    /// <summary>The sources of the sample in the repository.</summary>
    public static IEnumerable<string> Sources =>
        Directory.EnumerateFiles(Original, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>The sources that the sample is compiled against.</summary>
    public static IEnumerable<string> SupportSources =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "tests", "FineTune.SampleSupport"), "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal);

    /// <summary>Where the copy is.</summary>
    public string Folder { get; }

    /// <summary>Where the recipe is.</summary>
    public string Recipe => Path.Combine(Folder, "Program.cs");

    private static string Original => Path.Combine(Repository.Root, "samples", "CatsVsDogs");

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Name.StartsWith("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    private string ProjectFile => Path.Combine(Folder, "CatsVsDogsCopy.csproj");

    /// <summary>The source without the line that recompiles.</summary>
    public static string WithoutRecompile(string source) =>
        string.Join('\n', source.Split('\n').Where(line => !line.Contains(".Recompile(", StringComparison.Ordinal)));

    /// <summary>Restores the copy, as editors expect of a project that they open.</summary>
    public void Restore() => Succeeded(Run($"restore \"{ProjectFile}\""));

    /// <summary>Starts a tool of the repository's manifest, restored if this machine does not have it yet.</summary>
    public Process StartTool(string arguments)
    {
        Succeeded(Run("tool restore"));
        var start = Dotnet(arguments);
        start.RedirectStandardInput = true;
        return Process.Start(start)!;
    }

    /// <summary>Builds the copy against what is built already, warnings left as warnings; what the build printed.</summary>
    public string Build() =>
        Succeeded(
            Run(
                $"build \"{ProjectFile}\" --no-incremental -p:BuildProjectReferences=false "
                    + "-p:TreatWarningsAsErrors=false -tl:off"));

    /// <summary>Runs what was built, with a cache folder of its own; the exit code and what it wrote to its error stream.</summary>
    public (int Code, string Errors) Run(params string[] arguments)
    {
        var (code, _, errors) = Run($"run --no-build --project \"{ProjectFile}\" -- {string.Join(' ', arguments)}");
        return (code, errors);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Succeeded((int Code, string Output, string Errors) run)
    {
        Assert.That(run.Code, Is.Zero, () => run.Output + run.Errors);
        return run.Output;
    }

    private (int Code, string Output, string Errors) Run(string arguments)
    {
        using var process = Process.Start(Dotnet(arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private ProcessStartInfo Dotnet(string arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };

        // Said to MSBuild wherever it runs, in tools as well: what the copy refers to is built in this configuration.
        start.Environment["Configuration"] = Configuration;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(Folder, "cache");
        return start;
    }
}
