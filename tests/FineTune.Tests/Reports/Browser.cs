using System.Diagnostics;

namespace FineTune.Tests;

/// <summary>Chromium without a window. Where it is missing and may be installed, it is.</summary>
internal static class Browser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly Lazy<string> Path = new(() => Find() ?? Install());

    /// <summary>Draws a page as the reader of a light or a dark system sees it.</summary>
    public static void Draw(string page, string picture, bool dark)
    {
        using var profile = new TemporaryFolder();
        Run(Path.Value, TimeSpan.FromSeconds(60),
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1", "--window-size=1200,2600",
            $"--user-data-dir={profile["profile"]}", $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}", $"--screenshot={picture}", new Uri(page).AbsoluteUri);
        Assert.That(picture, Does.Exist);
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    private static string Install()
    {
        Run("apt-get", TimeSpan.FromMinutes(10), "update", "-qq");
        Run("apt-get", TimeSpan.FromMinutes(10), "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core");
        return Find() ?? throw new InvalidOperationException("Chromium is neither installed nor can it be; this test needs it.");
    }

    private static void Run(string program, TimeSpan most, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(most))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} took longer than {most}.");
        }

        Assert.That(process.ExitCode, Is.Zero, () => output.Result + errors.Result);
    }
}
