using System.Diagnostics;
using FineTune.SampleSupport;

namespace FineTune.Recipes.Tests;

/// <summary>
/// Real data comes from where it is published under a free licence, by the tools of npm and of Debian, into a folder that later runs find
/// it in. Nothing of it is in the repository.
/// </summary>
internal static class Download
{
    /// <summary>The folder of a package of npm, unpacked.</summary>
    /// <exception cref="UnavailableException">There is no npm here, or no registry that it reaches.</exception>
    public static string Npm(string package, string version) => Once($"{package}-{version}".Replace('/', '-'), folder =>
    {
        Run("npm", ["pack", $"{package}@{version}", "--silent"], folder);
        var archive = Directory.GetFiles(folder, "*.tgz").Single();
        Run("tar", ["xzf", archive], folder);
        File.Delete(archive);
    }, within: "package");

    /// <summary>The folder of a package of Debian, unpacked; nothing is installed.</summary>
    /// <exception cref="UnavailableException">There is no apt here, or no mirror that it reaches.</exception>
    public static string Debian(string package) => Once(package, folder =>
    {
        Run("apt-get", ["download", package], folder);
        var archive = Directory.GetFiles(folder, "*.deb").Single();
        Run("dpkg-deb", ["-x", archive, folder], folder);
        File.Delete(archive);
    });

    /// <summary>What lies in a folder of this name, which is made once.</summary>
    public static string Once(string name, Action<string> make, string within = "") =>
        Path.Combine(CacheFolder.Once(Path.Combine(CacheFolder.Of("recipes"), name), make), within);

    private static void Run(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new UnavailableException($"'{program} {string.Join(' ', arguments)}' failed: {errors.Result.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new UnavailableException($"'{program}' cannot be started: {exception.Message}");
        }
    }
}

/// <summary>Data cannot be had on this machine.</summary>
internal sealed class UnavailableException(string message) : Exception(message);
