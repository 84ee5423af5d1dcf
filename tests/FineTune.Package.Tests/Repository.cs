using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FineTune.Package.Tests;

/// <summary>The checkout that the tests run in, and the programs that a user runs.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The configuration that the tests were built in.</summary>
    public static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Name.StartsWith("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    /// <summary>The identifier of this machine, as TorchSharp's packages use it.</summary>
    public static string Rid { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    /// <summary>A reference to libtorch for this machine.</summary>
    public static string LibTorch { get; } = $"""<PackageReference Include="libtorch-cpu-{Rid}" Version="2.10.0" />""";

    /// <summary>Runs <c>dotnet</c> in a folder; its exit code and all that it printed.</summary>
    public static (int Code, string Output) Dotnet(string folder, params string[] arguments) => Run(folder, "dotnet", arguments);

    /// <summary>Runs a program in a folder; its exit code and all that it printed.</summary>
    public static (int Code, string Output) Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";

        // What the test host sets for itself is not what a user's shell has.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>Runs the application <c>App</c> that was published to a folder; its exit code and all that it printed.</summary>
    public static (int Code, string Output) RunPublished(string folder, params string[] arguments) =>
        Run(folder, Path.Combine(folder, OperatingSystem.IsWindows() ? "App.exe" : "App"), arguments);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FineTune.Generators.sln")))
        {
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests must run below the repository's root.");
        }

        return folder;
    }
}
