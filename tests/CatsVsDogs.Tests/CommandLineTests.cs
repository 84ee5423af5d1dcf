using System.Diagnostics;
using FineTune.SampleSupport.Pictures;

namespace CatsVsDogs.Tests;

public sealed class CommandLineTests
{
    private static string Pictures => Sandbox.Small.Animals.Drawn(Sandbox.Small.Cache);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = PictureCommand.Run(arguments, output, error, Program.Run);
        return (code, output.ToString(), error.ToString());
    }

    [TestCase("--speed", "fast")]
    [TestCase("--learning-rate", "-1")]
    [TestCase("--learning-rate", "gently")]
    [TestCase("--epochs", "0")]
    [TestCase("--epochs", "1.5")]
    [TestCase("--size", "8")]
    [TestCase("--data")]
    [TestCase("more")]
    public void A_wrong_command_line_is_one_sentence_and_exit_code_2(params string[] arguments)
    {
        (var code, var output, var error) = Run(arguments);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(output, Is.Empty);
            Assert.That(error.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(error, Does.Contain(arguments[0]).And.Contain("--help"));
        });
    }

    [Test]
    public void Help_names_every_option()
    {
        (var code, var output, _) = Run("--help");

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            foreach (var option in new[] { "--data", "--size", "--learning-rate", "--epochs", "--seed", "--skip-damaged" })
            {
                Assert.That(output, Does.Contain(option));
            }
        });
    }

    [Test]
    public void A_missing_folder_is_one_sentence_and_exit_code_1() =>
        Refuses(
            ["--data", "/nowhere/at/all"],
            "The folder '/nowhere/at/all' does not exist; expected a folder with one folder of pictures for each class.");

    [Test]
    public void A_damaged_picture_is_named_unless_it_may_be_skipped()
    {
        var data = Sandbox.NewFolder();
        foreach (var source in Directory.EnumerateFiles(Pictures, "00*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(data, Path.GetRelativePath(Pictures, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        var damaged = Path.Combine(data, "train", "cat", "000.jpg");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^20]);
        string[] arguments = ["--data", data, "--size", "64", "--epochs", "1"];

        Refuses(arguments, $"'{damaged}' is truncated: its end marker (EOI) is missing in the JPEG picture.");
        (var code, var output, var error) = Run([.. arguments, "--skip-damaged"]);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(error, Is.Empty);
            Assert.That(output, Does.Match(@"validation loss\s+\d"));
            Assert.That(output, Does.EndWith($"Damaged samples left out: 1.{Environment.NewLine}"));
        });
    }

    [Test]
    [Platform("Unix")]
    public void Ctrl_C_ends_after_the_step_with_the_best_weights_and_the_table()
    {
        // A program started in the background may have been told to ignore the signal; env undoes that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", typeof(Program).Assembly.Location,
            "--data", Pictures, "--size", "64", "--epochs", "100000"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("Epoch 0/99999", StringComparison.Ordinal))
        {
        }

        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            kill.WaitForExit();
        }

        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Multiple(() =>
        {
            Assert.That(process.ExitCode, Is.Zero);
            Assert.That(errors.Result, Does.Not.Match(@"(?m)^(?!\[W).+"), "libtorch warns of processors that it knows no kernels for");
            Assert.That(
                output,
                Does.Match(@"Training was cancelled in epoch \d+ after \d+ of its steps\. The weights are those of epoch \d+ \(val_loss"));
            Assert.That(output, Does.Match(@"validation loss\s+\d\.\d{4}\s+0\.\d{4}"));
        });
    }

    private static void Refuses(string[] arguments, string sentence)
    {
        (var code, _, var error) = Run(arguments);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(error.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(error, Does.StartWith(sentence));
        });
    }
}
