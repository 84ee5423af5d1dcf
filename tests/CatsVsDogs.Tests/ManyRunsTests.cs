using System.Diagnostics;

namespace CatsVsDogs.Tests;

/// <summary>
/// The program, many times over, loader threads and all: TorchSharp as it is in its package lets the garbage collector free numbers in
/// use, and seven of ten runs died of it or trained with another number.
/// </summary>
[Category("Slow")]
public sealed class ManyRunsTests
{
    private static readonly int Runs = FineTune.Effort.Of(8, nightly: 30);

    [Test]
    public void Many_runs_end_and_print_the_same_numbers()
    {
        var cache = Sandbox.NewFolder();
        var data = Sandbox.Small.Animals.Drawn(cache);

        List<(int Code, string Output)> runs = [.. Enumerable.Range(0, Runs).Select(_ => Run(cache, data))];

        Assert.That(
            runs.Select(run => run.Code),
            Is.All.Zero,
            string.Join('\n', runs.Where(run => run.Code != 0).Select(run => run.Output)));

        Assert.That(runs.Select(run => Table(run.Output)).Distinct().ToList(), Has.Count.EqualTo(1));
    }

    // What follows the table says how long things took.
    private static string Table(string output) => output[
        output.IndexOf("validation loss", StringComparison.Ordinal)..output.IndexOf("Head phase:", StringComparison.Ordinal)];

    private static (int Code, string Output) Run(string cache, string data)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--data", data, "--size", "64", "--epochs", "3"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = cache;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
