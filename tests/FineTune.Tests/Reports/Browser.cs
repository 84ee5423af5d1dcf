using System.Diagnostics;
using Microsoft.Playwright;

namespace FineTune.Tests;

/// <summary>Chromium without a window. Where it is missing and may be installed, it is.</summary>
internal static class Browser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly Lazy<string> Path = new(() => Find() ?? Install());

    /// <summary>Draws a page as the reader of a light or a dark system sees it; whatever the browser complains of fails the test.</summary>
    public static async Task Draw(string page, string picture, bool dark, int width = 1200)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = Path.Value, Args = ["--no-sandbox", "--disable-gpu"] });
        var tab = await browser.NewPageAsync(
            new()
            {
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                ViewportSize = new() { Width = width, Height = 2600 },
            });
        var complaints = new List<string>();
        tab.Console += (_, message) => complaints.Add(message.Text);
        tab.PageError += (_, error) => complaints.Add(error);
        tab.RequestFailed += (_, request) => complaints.Add(request.Url);

        await tab.GotoAsync(new Uri(page).AbsoluteUri);
        await tab.ScreenshotAsync(new() { Path = picture });

        Assert.That(complaints, Is.Empty);
        Assert.That(await tab.Locator("figure > svg").First.IsVisibleAsync(), "the first chart is in sight");
        var shown = await tab.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.That(shown, Is.LessThanOrEqualTo(width), "nothing sticks out");
    }

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    private static string Install()
    {
        Run("apt-get", TimeSpan.FromMinutes(10), "update", "-qq");
        Run("apt-get", TimeSpan.FromMinutes(10), "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core");
        return Find() ?? throw new InvalidOperationException("Chromium is neither installed nor can it be; this test needs it.");
    }

    private static void Run(string program, TimeSpan most, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(most))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} took longer than {most}.");
        }

        Assert.That(process.ExitCode, Is.Zero, () => output.Result + errors.Result);
    }
}
