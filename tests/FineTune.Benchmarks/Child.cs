using System.Diagnostics;

namespace FineTune.Benchmarks;

/// <summary>This program in a process of its own, whose memory has seen nothing else.</summary>
internal static class Child
{
    /// <summary>What it prints for these arguments.</summary>
    /// <param name="arguments">Those that <c>Program</c> knows for a child.</param>
    /// <param name="environment">What its environment has besides.</param>
    public static string Run(IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        using var child = Start(arguments, isRead: true, environment);
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return output.Trim();
    }

    /// <summary>Runs it to its end, with its output for all to see.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Show(IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        using var child = Start(arguments, isRead: false, environment);
        child.WaitForExit();
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with {child.ExitCode}.");
        }
    }

    /// <summary>How it is started with these arguments.</summary>
    public static ProcessStartInfo Info(IEnumerable<string> arguments)
    {
        // The program is its own executable, or that of the runtime, as for whoever says `dotnet FineTune.Benchmarks.dll`.
        var path = Environment.ProcessPath!;
        var isRuntime = Path.GetFileNameWithoutExtension(path) == "dotnet";
        return new(path, [.. isRuntime ? new[] { typeof(Child).Assembly.Location } : [], .. arguments]);
    }

    private static Process Start(IEnumerable<string> arguments, bool isRead, (string Name, string? Value)[] environment)
    {
        var start = Info(arguments);
        start.RedirectStandardOutput = isRead;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
