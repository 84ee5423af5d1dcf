using System.Diagnostics;
using FineTune.Tests.Models;

namespace FineTune.Tests;

/// <summary>Trainings in a process of their own, killed at random instants and started again.</summary>
public sealed class KillTests
{
    [Test]
    public void A_killed_training_ends_with_the_weights_of_an_undisturbed_one() => KillAndGoOn(kills: 2);

    [Test]
    [Category("Slow")]
    public void Many_kills_lose_nothing() => KillAndGoOn(kills: Effort.Of(60, nightly: 200));

    private static void KillAndGoOn(int kills)
    {
        var expected = TwoPhases.Train(null)!;
        var random = new Random(5);
        for (var done = 0; done < kills;)
        {
            var folder = Path.Combine(Path.GetTempPath(), $"killed-{Guid.NewGuid():N}");
            try
            {
                string? result = null;
                while (done < kills && result is null)
                {
                    result = Run(folder, random.Next(1, 120));
                    done += result is null ? 1 : 0;
                }

                Assert.That(result ?? Run(folder, null), Is.EqualTo(expected), $"after {done} kills");
            }
            finally
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }
    }

    /// <summary>Runs the training; null where it was killed so many milliseconds after its start.</summary>
    private static string? Run(string folder, int? killAfter)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "exec", typeof(KillTests).Assembly.Location, "train", folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = child.StandardError.ReadToEndAsync();
        Assert.That(child.StandardOutput.ReadLine(), Is.EqualTo("ready"), () => errors.Result);
        if (killAfter is { } milliseconds && !child.WaitForExit(milliseconds))
        {
            child.Kill();
            child.WaitForExit();
            return null;
        }

        var result = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.That(child.ExitCode, Is.Zero, () => errors.Result);
        return result.TrimEnd('\n');
    }
}
