using System.Text.Json.Nodes;
using FineTune.Data;
using FineTune.Tests.Models;
using FineTune.Vision;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>What cannot be loaded, and what cannot be predicted: one sentence each.</summary>
public sealed class PredictorFaultTests
{
    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    private string Pictures()
    {
        using var model = Pets.Seeded();
        Trained.Fitted(model, Trained.Pictures(folder)).Save(folder["pets.finetune"]);
        return folder["pets.finetune"];
    }

    private string Texts()
    {
        using var model = Reviews.Seeded();
        Trained.Fitted(model, Trained.Sentences(folder)).Save(folder["reviews.finetune"]);
        return folder["reviews.finetune"];
    }

    private static string Refused<TModel>(string path)
        where TModel : nn.Module, IFineTunable, new()
    {
        var exception = Assert.Throws<WeightsFileException>(() => Predictor.Load<TModel>(path).Dispose());
        Assert.That(exception.Message, Does.StartWith($"'{path}' ").Or.Contain($"'{path}'").And.Not.Contain("\n"));
        return exception.Message;
    }

    [Test]
    public void A_file_of_another_class() => Assert.That(
        Refused<Reviews>(Pictures()), Does.EndWith("holds a Pets, and not a Reviews; load it as one, or save a Reviews."));

    [Test]
    public void A_missing_file() => Assert.That(Refused<Pets>(folder["none"]), Does.EndWith("does not exist."));

    [Test]
    public void Weights_that_do_not_fit_are_listed()
    {
        var path = Pictures();

        Assert.That(
            () => Predictor.Load(path, () => new Pets(3)),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("head.weight ([1, 32] in the file, [3, 32] in the model)"));
    }

    [Test]
    public void Members_that_differ_are_listed()
    {
        var path = Pictures();
        Rewrite(path, description => description["members"] = new JsonArray("backbone", "neck"));

        Assert.That(
            Refused<Pets>(path), Does.Contain("was saved when Pets had other members; the file lacks head; the class lacks neck."));
    }

    [Test]
    public void A_file_of_weights_alone()
    {
        using var model = Pets.Seeded();
        SafeTensors.Write(folder["weights"], model.state_dict());

        Assert.That(Refused<Pets>(folder["weights"]), Does.Contain("was not written by compiled.Save"));
    }

    [Test]
    public void A_file_of_a_newer_version()
    {
        var path = Pictures();
        Rewrite(path, _ => { }, metadata => metadata["version"] = "2");

        Assert.That(
            Refused<Pets>(path), Does.EndWith("in version 2 of the format; this one reads version 1. Update the package."));
    }

    [Test]
    public void A_vocabulary_that_is_missing()
    {
        var path = Texts();
        Rewrite(path, _ => { }, metadata => metadata.Remove("vocabulary"));

        Assert.That(Refused<Reviews>(path), Does.EndWith("is damaged: its vocabulary is missing."));
    }

    [TestCase("", "no token '[PAD]'")]
    [TestCase("[PAD]\n[PAD]", "the token '[PAD]' in line 1 and again in line 2")]
    public void A_vocabulary_that_is_none(string vocabulary, string what)
    {
        var path = Texts();
        Rewrite(path, _ => { }, metadata => metadata["vocabulary"] = vocabulary);

        Assert.That(Refused<Reviews>(path), Does.Contain(what));
    }

    [TestCase("picture", "size", "2147483647", "its picture size is 2147483647; expected 1 to 8192")]
    [TestCase("picture", "size", "0", "its picture size is 0")]
    [TestCase("picture", "size", "\"16\"", "its description cannot be read")]
    [TestCase("picture", "mean", "[0.5]", "its mean is not three finite numbers")]
    [TestCase("picture", "mean", "[\"NaN\", 0, 0]", "its mean is not three finite numbers")]
    [TestCase("picture", "standardDeviation", "[0, 1, 1]", "its standard deviation is not three positive numbers")]
    [TestCase("picture", "background", "[0, 1, 256]", "its background color is not three numbers from 0 to 255")]
    [TestCase("picture", "mean", "null", "its description cannot be read")]
    [TestCase("info", "classes", "[\"cat\", null]", "one of its names is missing")]
    [TestCase("info", "classes", "null", "its description cannot be read")]
    public void A_description_that_cannot_be(string part, string property, string value, string what)
    {
        var path = Pictures();
        Rewrite(path, description => description[part]![property] = JsonNode.Parse(value));

        Assert.That(Refused<Pets>(path), Does.Contain($"is damaged: {what}"));
    }

    [TestCase("length", "1073741824", "its text length is 1073741824; expected 2 to 1048576")]
    [TestCase("length", "1", "its text length is 1")]
    [TestCase("maxWordLength", "-1", "its longest word has -1 characters")]
    public void A_description_of_texts_that_cannot_be(string property, string value, string what)
    {
        var path = Texts();
        Rewrite(path, description => description["text"]![property] = JsonNode.Parse(value));

        Assert.That(Refused<Reviews>(path), Does.Contain($"is damaged: {what}"));
    }

    [Test]
    public void What_no_predictor_could_work_with_is_not_saved()
    {
        using var model = Pets.Seeded();
        var compiled = Trained.Fitted(model, Trained.Pictures(folder));

        Assert.Multiple(() =>
        {
            Assert.That(
                () => compiled.Save(folder["x"], new() { Preprocessing = new PicturePreprocessing { ImageSize = 0 } }),
                Throws.TypeOf<FineTuneException>().With.Message.EndsWith("its picture size is 0; expected 1 to 8192."));
            Assert.That(File.Exists(folder["x"]), Is.False);
        });
    }

    [Test]
    public void A_truncated_file_at_any_length()
    {
        var path = Pictures();
        var whole = File.ReadAllBytes(path);

        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 150))
        {
            File.WriteAllBytes(path, whole[..length]);
            Refused<Pets>(path);
        }
    }

    [Test]
    public void A_byte_that_is_another_is_seen_wherever_it_matters([Values(1, 32)] int mask)
    {
        var path = Texts();
        var whole = File.ReadAllBytes(path);
        using var before = Predictor.Load<Reviews>(path);
        var expected = before.Predict("the film");
        var step = Math.Max(1, whole.Length / Effort.Of(400, nightly: 100_000));

        var refused = 0;
        for (var at = 0; at < whole.Length; at += step)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= (byte)mask;
            File.WriteAllBytes(path, damaged);
            try
            {
                using var predictor = Predictor.Load<Reviews>(path);
                var prediction = predictor.Predict("the film");
                Assert.That(
                    (prediction.Values[0], prediction.Label), Is.EqualTo((expected.Values[0], expected.Label)), $"byte {at} of the file");
            }
            catch (WeightsFileException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(0.9 * whole.Length / step));
    }

    [Test]
    public void A_text_for_a_model_of_pictures()
    {
        using var predictor = Predictor.Load<Pets>(Pictures());

        Assert.That(
            () => predictor.Predict("I liked it"),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "There is no file 'I liked it'; Pets takes pictures: give the path of one, or a stream."));
    }

    [Test]
    public void A_picture_for_a_model_of_texts()
    {
        using var predictor = Predictor.Load<Reviews>(Texts());

        Assert.Multiple(() =>
        {
            Assert.That(
                () => predictor.Predict(new MemoryStream()),
                Throws.TypeOf<FineTuneException>().With.Message.StartsWith("Reviews takes texts, and not a stream"));
            Assert.That(
                async () => await predictor.PredictAsync(new MemoryStream()),
                Throws.TypeOf<FineTuneException>().With.Message.StartsWith("Reviews takes texts"));
        });
    }

    [TestCase("")]
    [TestCase("  \n")]
    public void An_empty_text(string text)
    {
        using var predictor = Predictor.Load<Reviews>(Texts());

        Assert.Multiple(() =>
        {
            Assert.That(() => predictor.Predict(text), Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The text is empty; "));
            Assert.That(() => predictor.Predict(["the film", text]), Throws.TypeOf<FineTuneException>());
        });
    }

    [Test]
    public void A_file_that_is_no_picture()
    {
        using var predictor = Predictor.Load<Pets>(Pictures());
        File.WriteAllText(folder["notes.jpg"], "not a picture");
        var whole = File.ReadAllBytes(Trained.PathsOf(folder)[0]);
        File.WriteAllBytes(folder["half.png"], whole[..(whole.Length / 2)]);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => predictor.Predict(folder["notes.jpg"]),
                Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith($"'{folder["notes.jpg"]}' is not a PNG"));
            Assert.That(
                () => predictor.Predict(folder["half.png"]),
                Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith($"'{folder["half.png"]}' is truncated"));
            Assert.That(
                () => predictor.Predict(new MemoryStream([1, 2, 3])),
                Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith("The picture is not a PNG"));
            Assert.That(() => predictor.Predict(new MemoryStream()), Throws.TypeOf<DamagedSampleException>());
            Assert.That(
                () => predictor.Predict([new MemoryStream(whole), new MemoryStream([1, 2, 3])]),
                Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith("The picture at index 1 is not"));
        });
    }

    [Test]
    public void A_model_that_was_saved_without_preprocessing()
    {
        using var model = Mlp.Seeded();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());
        compiled.Fit(Toy.Points(), Toy.Quiet);
        compiled.Save(folder["mlp"]);
        using var predictor = Predictor.Load(folder["mlp"], () => new Mlp());
        using var input = randn(1, 4);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => predictor.Predict("photo.jpg"),
                Throws.TypeOf<FineTuneException>().With.Message.Contains("State it in SaveOptions.Preprocessing"));
            Assert.That(() => predictor.Predict(new MemoryStream()), Throws.TypeOf<FineTuneException>());
            Assert.That(predictor.Predict(input), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Tensors_of_another_shape()
    {
        using var predictor = Predictor.Load<Pets>(Pictures());
        using Tensor wide = randn(2, 4, 16, 16), scalar = randn([]), none = zeros(0, 3, 16, 16);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => predictor.Predict(wide),
                Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
                    "Pets cannot be computed of an input of shape [2, 4, 16, 16] and type Float32: "));
            Assert.That(() => predictor.Predict(scalar), Throws.TypeOf<FineTuneException>());
            Assert.That(() => predictor.Predict([wide, wide]), Throws.TypeOf<FineTuneException>());
            Assert.That(predictor.Predict(none), Is.Empty);
        });
    }

    [Test]
    public void More_classes_than_names()
    {
        using var model = Pets.Seeded(outputs: 3);
        var compiled = model.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());
        compiled.Save(folder["few"], new() { Classes = ["cat", "dog"] });
        using var predictor = Predictor.Load(folder["few"], () => new Pets(3));
        using var input = randn(1, 3, 16, 16);

        Assert.That(
            () => predictor.Predict(input),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The model tells 3 classes apart, but 2 are named"));
    }

    [Test]
    public void A_folder_that_cannot_be_written_to_keeps_what_was_there()
    {
        using var model = Pets.Seeded();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());
        Directory.CreateDirectory(folder["taken"]);

        Assert.Multiple(() =>
        {
            Assert.That(() => compiled.Save(folder["taken"]), Throws.TypeOf<WeightsFileException>());
            Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Has.Exactly(1).Items);
        });
    }

    /// <summary>The same file with something else said in it, and the checksum of that.</summary>
    private static void Rewrite(string path, Action<JsonNode> change, Action<Dictionary<string, string>>? changeMetadata = null)
    {
        Dictionary<string, string> metadata;
        var tensors = new Dictionary<string, Tensor>();
        using (var file = WeightsFile.Open(path))
        {
            metadata = file.Metadata.ToDictionary();
            foreach (var stored in file.Tensors.Values)
            {
                tensors[stored.Name] = stored.Read();
            }
        }

        var description = JsonNode.Parse(metadata["description"])!;
        change(description);
        metadata["description"] = description.ToJsonString();
        changeMetadata?.Invoke(metadata);
        using var checksum = new ContentChecksum();
        checksum.Add(metadata["description"]);
        checksum.Add(metadata.GetValueOrDefault("vocabulary") ?? "");
        checksum.Add(tensors);
        metadata["sha256"] = checksum.ToString();
        SafeTensors.Write(path, tensors, metadata);
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
