using FineTune.Tests;
using FineTune.Text;
using FineTune.Weights;
using FineTune.SampleSupport.Sentences;
using TorchSharp;
using TorchSharp.Modules;

namespace TextSentiment.Tests;

public sealed class CommandLineTests
{
    private static string Reviews => Sandbox.Small.Reviews.Written(Sandbox.Small.Cache);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [TestCase("--speed", "fast")]
    [TestCase("--learning-rate", "-1")]
    [TestCase("--epochs", "0")]
    [TestCase("--epochs", "1.5")]
    [TestCase("--learning-rate", "gently")]
    [TestCase("--length", "1")]
    [TestCase("--backbone", "gpt")]
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
            foreach (var option in new[]
                {
                    "--data",
                    "--text",
                    "--target",
                    "--weights",
                    "--vocabulary",
                    "--backbone",
                    "--learning-rate",
                    "--epochs",
                    "--length",
                    "--seed",
                })
            {
                Assert.That(output, Does.Contain(option));
            }
        });
    }

    [TestCase("safetensors")]
    [TestCase("pth")]
    public void Weights_of_either_format_are_loaded(string format)
    {
        using var backbone = Small().Create();
        var path = Written(backbone, format);

        (var code, var output, var error) = Run("--data", Reviews, "--weights", path, "--epochs", "1");

        Assert.Multiple(() =>
        {
            Assert.That(error, Is.Empty);
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain($"Loaded {backbone.state_dict().Count} tensors from '{path}'."));
            Assert.That(output, Does.Match(@"validation loss\s+\d\.\d+\s+\d\.\d+"));
            Assert.That(output, Does.Match(@"accuracy on the source task\s+-\s+-"));
        });
    }

    /// <summary>The small network's weights lack what the named one has besides.</summary>
    [TestCase("safetensors")]
    [TestCase("pth")]
    public void A_backbone_is_picked_by_name(string format)
    {
        using var backbone = Small().Create();
        var path = Written(backbone, format);

        Refuses(
            ["--data", Reviews, "--backbone", "all-MiniLM-L6-v2", "--vocabulary", PublishedVocabulary(), "--weights", path],
            $"The weights in '{path}' do not fit 'backbone', so nothing was loaded; missing: "
                + "embeddings.token_type_embeddings.weight, encoder.layer.2.");
    }

    [Category("Slow")]
    [TestCase("safetensors")]
    [TestCase("pth")]
    public void A_backbone_is_picked_by_name_and_its_weights_come_from_either_format(string format)
    {
        (var reviews, var vocabulary) = (FewReviews(), PublishedVocabulary());
        string path;
        using (var network = TransformerBackbone.Named("all-MiniLM-L6-v2").Create())
        {
            path = Written(network, format);
        }

        (var code, var output, var error) = Run(
            "--data",
            reviews,
            "--weights",
            path,
            "--backbone",
            "all-MiniLM-L6-v2",
            "--vocabulary",
            vocabulary,
            "--epochs",
            "1",
            "--length",
            "6");

        Assert.Multiple(() =>
        {
            Assert.That(error, Is.Empty);
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Match($@"Loaded \d+ tensors from '{path}'\."));
            Assert.That(output, Does.Match(@"validation loss\s+\d+\.\d+\s+\d+\.\d+"));
        });
    }

    [TestCase("safetensors")]
    [TestCase("pth")]
    public void Weights_of_another_backbone_are_one_sentence_and_exit_code_1(string format)
    {
        using var backbone = (Small() with { FeatureWidth = 16 }).Create();
        var path = Written(backbone, format);

        Refuses(
            ["--data", Reviews, "--weights", path],
            $"The weights in '{path}' do not fit 'backbone', so nothing was loaded; of another shape: ");
    }

    [TestCase("safetensors", "safetensors")]
    [TestCase("pth", "PyTorch")]
    public void Truncated_weights_are_one_sentence_and_exit_code_1(string format, string called)
    {
        using var backbone = Small().Create();
        var path = Written(backbone, format);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);

        Refuses(["--data", Reviews, "--weights", path], $"'{path}' is not a valid {called} file: ");
    }

    [TestCase("safetensors")]
    [TestCase("pth")]
    public void A_file_that_is_no_weights_is_one_sentence_and_exit_code_1(string format)
    {
        var path = Path.Combine(Sandbox.NewFolder(), $"page.{format}");
        File.WriteAllText(path, "<html>404 Not Found</html>");

        Refuses(["--data", Reviews, "--weights", path], $"'{path}' is an HTML or XML page and not weights; ");
    }

    [Test]
    public void Weights_that_are_missing_are_one_sentence_and_exit_code_1() =>
        Refuses(
            ["--data", Reviews, "--weights", "/nowhere/model.safetensors"],
            "The weights file '/nowhere/model.safetensors' does not exist.");

    [Test]
    public void A_published_backbone_needs_its_vocabulary() =>
        Refuses(
            ["--data", Reviews, "--backbone", "distilbert-base-uncased"],
            "'distilbert-base-uncased' needs its vocabulary: add --vocabulary with the vocab.txt that lies beside its weights.");

    [Test]
    public void A_vocabulary_of_another_model_is_one_sentence_and_exit_code_1()
    {
        var vocabulary = SentenceSet.Vocabulary(Sandbox.Small.Cache);

        Refuses(["--data", Reviews, "--backbone", "bert-base-uncased", "--vocabulary", vocabulary],
            $"'{vocabulary}' has {File.ReadLines(vocabulary).Count()} tokens, but 'bert-base-uncased' knows 30522; ");
    }

    [Test]
    public void A_missing_file_is_one_sentence_and_exit_code_1() =>
        Refuses(["--data", "/nowhere/reviews.csv"], "The table '/nowhere/reviews.csv' cannot be read: ");

    [Test]
    public void A_missing_column_is_one_sentence_and_exit_code_1() =>
        Refuses(["--data", Reviews, "--text", "review"], $"'{Reviews}' has no column 'review'; it has text, label.");

    [Test]
    public void Weights_of_another_architecture_are_one_sentence_and_exit_code_1()
    {
        var path = Path.Combine(Sandbox.NewFolder(), "other.safetensors");
        using var weight = torch.zeros(2, 2);
        SafeTensors.Write(path, new Dictionary<string, torch.Tensor> { ["features.0.weight"] = weight });

        Refuses(["--data", Reviews, "--weights", path], $"The weights in '{path}' do not fit 'backbone', so nothing was loaded; missing: ");
    }

    /// <summary>The network that is used where none is named.</summary>
    private static TransformerArchitecture Small() =>
        Sandbox.Small.BackboneFor(WordPieceTokenizer.Load(SentenceSet.Vocabulary(Sandbox.Small.Cache)));

    private static string Written(Sequential network, string format)
    {
        var path = Path.Combine(Sandbox.NewFolder(), $"model.{format}");
        if (format == "pth")
        {
            PyTorchWeights.Write(path, network.state_dict());
        }
        else
        {
            SafeTensors.Write(path, network.state_dict());
        }

        return path;
    }

    /// <summary>Four sentences of each class.</summary>
    private static string FewReviews()
    {
        var lines = File.ReadAllLines(Reviews);
        var path = Path.Combine(Sandbox.NewFolder(), "few.csv");
        File.WriteAllLines(path, [lines[0], .. lines[1..].GroupBy(line => line[line.LastIndexOf(',')..]).SelectMany(kind => kind.Take(4))]);
        return path;
    }

    /// <summary>As many tokens as the published vocabulary has, those of the written sentences among them.</summary>
    private static string PublishedVocabulary()
    {
        var tokens = File.ReadAllLines(SentenceSet.Vocabulary(Sandbox.Small.Cache));
        var path = Path.Combine(Sandbox.NewFolder(), "vocab.txt");
        File.WriteAllLines(path, [.. tokens, .. Enumerable.Range(0, 30_522 - tokens.Length).Select(number => $"[unused{number}]")]);
        return path;
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
