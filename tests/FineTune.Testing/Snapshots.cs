using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using NUnit.Framework;

namespace FineTune.Testing;

/// <summary>
/// Compares generated files with approved ones that lie beside the test, under the names and in the layout that
/// Verify.SourceGenerators uses. <c>ACCEPT_SNAPSHOTS=1</c> approves what is written now, except in CI.
/// </summary>
public static class Snapshots
{
    private static readonly UTF8Encoding Utf8WithBom = new(encoderShouldEmitUTF8Identifier: true);

    /// <summary>Compares every file of a generator's run with the approved files of the test that is running.</summary>
    /// <param name="run">The outcome of the run.</param>
    /// <param name="folder">The folder of the test's source.</param>
    public static void Verify(GeneratorDriverRunResult run, string folder)
    {
        var test = TestContext.CurrentContext.Test;
        var prefix = $"{test.ClassName!.Split('.')[^1]}.{test.MethodName}#";
        var expected = Directory.EnumerateFiles(folder, prefix + "*.verified.cs").Select(path => Path.GetFileName(path)).ToHashSet();

        Assert.Multiple(() =>
        {
            foreach (var source in run.Results.SelectMany(result => result.GeneratedSources))
            {
                var name = prefix + Path.GetFileNameWithoutExtension(source.HintName);
                expected.Remove(name + ".verified.cs");
                Compare(Path.Combine(folder, name), Render(source));
            }

            foreach (var stale in expected)
            {
                Reject(stale, () => File.Delete(Path.Combine(folder, stale)), "is approved, but nothing writes it any more.");
            }
        });
    }

    /// <summary>The approved files of a folder that no test of an assembly can be named for.</summary>
    public static IReadOnlyList<string> Orphans(string folder, Assembly tests)
    {
        var methods = tests.GetTypes()
            .SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet();
        return [.. Directory.EnumerateFiles(folder, "*.verified.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetFileName(path))
            .Where(name => !methods.Contains(name.Split('#')[0]))];
    }

    private static string Render(GeneratedSourceResult source) =>
        $"//HintName: {source.HintName}\n{source.SourceText}".TrimEnd('\n');

    private static void Compare(string path, string actual)
    {
        var verified = path + ".verified.cs";
        var received = path + ".received.cs";
        if (File.Exists(verified) && Bytes(actual).SequenceEqual(File.ReadAllBytes(verified)))
        {
            File.Delete(received);
            return;
        }

        Reject(Path.GetFileName(verified), () => File.WriteAllBytes(verified, Bytes(actual)), Difference(verified, actual));
        if (Accepting)
        {
            File.Delete(received);
        }
        else
        {
            File.WriteAllBytes(received, Bytes(actual));
        }
    }

    private static bool Accepting =>
        Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1"
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));

    private static void Reject(string file, Action accept, string reason)
    {
        if (Accepting)
        {
            accept();
        }
        else
        {
            Assert.Fail($"{file} {reason}");
        }
    }

    private static string Difference(string verified, string actual)
    {
        if (!File.Exists(verified))
        {
            return $"is missing; what was written is in the .received. file beside it.\n{actual}";
        }

        var was = File.ReadAllText(verified).Split('\n');
        var now = actual.Split('\n');
        var line = Enumerable.Range(0, Math.Max(was.Length, now.Length))
            .FirstOrDefault(i => was.ElementAtOrDefault(i) != now.ElementAtOrDefault(i), -1);
        return line < 0
            ? "differs in its byte order mark or its line ends only."
            : $"differs first in line {line + 1}:\n  approved: {was.ElementAtOrDefault(line)}\n  written:  {now.ElementAtOrDefault(line)}";
    }

    private static byte[] Bytes(string text) => [.. Utf8WithBom.GetPreamble(), .. Utf8WithBom.GetBytes(text)];
}
