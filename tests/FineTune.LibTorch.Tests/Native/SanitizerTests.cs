using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FineTune.LibTorch.Tests.Native;

public partial class SanitizerTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "src", "FineTune.LibTorch", "native");

    private static readonly string Smoke = Path.Combine(Repository.Root, "tests", "FineTune.LibTorch.Tests", "Native", "smoke.cpp");

    [Test]
    public void The_smoke_test_calls_every_exported_function()
    {
        string test = File.ReadAllText(Smoke);
        string[] exported = [.. Directory.EnumerateFiles(Sources, "*.cpp").SelectMany(file => Exported().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];

        Assert.That(exported, Has.Length.GreaterThan(20));
        Assert.That(exported.Where(name => !test.Contains($"({name}(", StringComparison.Ordinal) && !test.Contains($" {name}(", StringComparison.Ordinal)), Is.Empty);
    }

    [Test, Category("Slow")]
    public void Every_exported_function_is_clean_under_AddressSanitizer()
    {
        string folder = Directory.CreateTempSubdirectory("smoke").FullName;
        string program = Path.Combine(folder, "smoke");
        string[] sources = [.. Directory.EnumerateFiles(Sources, "*.cpp"), Smoke];

        (int compiled, string messages) = Run("g++", ["-std=c++17", "-O1", "-g1", "-fsanitize=address", "-fno-omit-frame-pointer", "-I", Sources,
            "-isystem", "/usr/include/torch/csrc/api/include", "-isystem", "/usr/include/opencv4", .. sources, "-o", program,
            "-ltorch_cpu", "-ltorch", "-lc10", "-lopencv_imgcodecs", "-lopencv_core"]);
        Assert.That(compiled, Is.Zero, messages);
        (int status, string output) = Run(program, [Path.Combine(folder, "tensor.dat")]);
        Assert.That(status, Is.Zero, output);

        Directory.Delete(folder, recursive: true);
    }

    private static (int Status, string Output) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Leaks are what libraries keep for good; tensors are counted elsewhere.
        start.Environment["ASAN_OPTIONS"] = "detect_leaks=0";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    [GeneratedRegex(@"^EXPORT .*?(ft_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Exported();
}
