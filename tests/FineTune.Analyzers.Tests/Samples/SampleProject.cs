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

    /// <summary>Where the recipe is.</summary>
    public string Recipe => Path.Combine(folder, "Recipe.cs");

    private static string Original => Path.Combine(Repository.Root, "samples", "CatsVsDogs");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name.StartsWith("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    private string ProjectFile => Path.Combine(folder, "CatsVsDogsCopy.csproj");

    /// <summary>The source without the line that recompiles.</summary>
    public static string WithoutRecompile(string source) =>
        string.Join('\n', source.Split('\n').Where(line => !line.Contains(".Recompile(", StringComparison.Ordinal)));

    /// <summary>Builds the copy against what is built already, warnings left as warnings; what the build printed.</summary>
    public string Build() =>
        Run($"build \"{ProjectFile}\" -c {Configuration} --no-incremental -p:BuildProjectReferences=false -p:TreatWarningsAsErrors=false -tl:off");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Run(string arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, () => output + errors.Result);
        return output;
    }
}
