using System.Diagnostics;
using FineTune.Tests;
using FineTune.Weights;
using TorchSharp;

namespace CatsVsDogs.Tests;

public sealed class CommandLineTests
{
    private static readonly Lazy<string> Weights = new(() =>
    {
        using var model = new PetClassifier(RecipeOptions.Small.Create(), RecipeOptions.Small.FeatureWidth);
        var path = Path.Combine(Sandbox.NewFolder(), "small.safetensors");
        FineTune.BackboneWeights.SaveBackbone(model, path);
        return path;
    });

    private static string Pictures => Sandbox.Small.Animals.Drawn(Sandbox.Small.Cache);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [TestCase("--speed", "fast")]
    [TestCase("--learning-rate", "-1")]
    [TestCase("--learning-rate", "gently")]
    [TestCase("--epochs", "0")]
    [TestCase("--epochs", "1.5")]
    [TestCase("--backbone", "resnet19")]
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
            foreach (var option in new[] { "--data", "--weights", "--backbone", "--learning-rate", "--epochs", "--seed", "--skip-damaged" })
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

    [TestCase("safetensors")]
    [TestCase("pth")]
    public void Weights_of_another_architecture_are_one_sentence_and_exit_code_1(string format)
    {
        var path = Path.Combine(Sandbox.NewFolder(), $"vgg.{format}");
        using var weight = torch.zeros(2, 2);
        var weights = new Dictionary<string, torch.Tensor> { ["features.0.weight"] = weight };
        if (format == "pth")
        {
            PyTorchWeights.Write(path, weights);
        }
        else
        {
            SafeTensors.Write(path, weights);
        }

        Refuses(
            ["--data", Pictures, "--weights", path],
            $"The weights in '{path}' do not fit 'backbone', so nothing was loaded; missing: ");
    }

    [Test]
    public void Truncated_weights_are_one_sentence_and_exit_code_1()
    {
        var path = Path.Combine(Sandbox.NewFolder(), "truncated.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(Weights.Value)[..^100]);

        Refuses(["--data", Pictures, "--weights", path], $"'{path}' is not a valid safetensors file: ");
    }

    [TestCase("safetensors")]
    [TestCase("pth")]
    public void A_file_that_is_no_weights_is_one_sentence_and_exit_code_1(string format)
    {
        var path = Path.Combine(Sandbox.NewFolder(), $"page.{format}");
        File.WriteAllText(path, "<html>404 Not Found</html>");

        Refuses(["--data", Pictures, "--weights", path], $"'{path}' is an HTML or XML page and not weights; ");
    }

    [Test]
    public void Weights_that_are_missing_are_one_sentence_and_exit_code_1() =>
        Refuses(["--data", Pictures, "--weights", "/nowhere/resnet18.pth"], "The weights file '/nowhere/resnet18.pth' does not exist.");

    [TestCase("mobilenet_v3_small")]
    public void A_backbone_is_picked_by_name_and_its_weights_come_from_PyTorchs_format(string backbone)
    {
        var path = Path.Combine(Sandbox.NewFolder(), $"{backbone}.pth");
        using (var network = FineTune.Vision.Backbones.Named(backbone).Create())
        {
            PyTorchWeights.Write(path, network.state_dict());
        }

        (var code, var output, var error) = Run("--data", FewPictures(), "--weights", path, "--backbone", backbone, "--epochs", "1");

        Assert.Multiple(() =>
        {
            Assert.That(error, Is.Empty);
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Match($@"Loaded \d+ tensors from '{path}'\."));
            Assert.That(output, Does.Match(@"validation loss\s+\d+\.\d+\s+\d+\.\d+"));
        });
    }

    /// <summary>Four pictures of each class to train on, and four to validate on.</summary>
    private static string FewPictures()
    {
        var data = Sandbox.NewFolder();
        foreach (var folder in Directory
                .EnumerateDirectories(Pictures, "*", SearchOption.AllDirectories)
                .Where(folder => Path.GetFileName(folder) is "cat" or "dog"))
        {
            var target = Directory.CreateDirectory(Path.Combine(data, Path.GetRelativePath(Pictures, folder))).FullName;
            foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Take(4))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        return data;
    }

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
        string[] arguments = ["--data", data, "--weights", Weights.Value, "--epochs", "1"];

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
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", typeof(CommandLine).Assembly.Location,
            "--data", Pictures, "--weights", Weights.Value, "--epochs", "100000"])
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
            Assert.That(output, Does.Match(@"validation loss\s+0\.\d{4}"));
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
