using System.Text;
using FineTune.Data;
using FineTune.Tests.Models;
using FineTune.Vision;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>What <c>Save</c> writes, and what a predictor makes of it, against the compiled model itself.</summary>
public sealed class SavedModelTests
{
    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    private string File => folder["pets.finetune"];

    [TestCase(false)]
    [TestCase(true)]
    public void A_picture_file_is_predicted_bit_for_bit_as_the_compiled_model_does(bool augmented)
    {
        var data = Trained.Pictures(folder, augmented ? (picture, random) => picture.flip(2) * random.NextSingle() : null);
        using var model = Pets.Seeded();
        var compiled = Trained.Fitted(model, data);
        compiled.Save(File);
        var plain = Trained.Pictures(folder);
        using var expected = compiled.Predict(plain, batchSize: 1);

        using var predictor = Predictor.Load<Pets>(File);

        var paths = Trained.PathsOf(folder);
        for (var i = 0; i < paths.Length; i++)
        {
            using var stream = System.IO.File.OpenRead(paths[i]);
            Assert.Multiple(() =>
            {
                Assert.That(predictor.Predict(paths[i]).Values, Is.EqualTo(Toy.Values(expected[i])), paths[i]);
                Assert.That(predictor.Predict(stream).Values, Is.EqualTo(Toy.Values(expected[i])), paths[i]);
            });
        }
    }

    [Test]
    public async Task A_stream_that_can_only_be_read_asynchronously_is_predicted_as_well()
    {
        var data = Trained.Pictures(folder);
        using var model = Pets.Seeded();
        Trained.Fitted(model, data).Save(File);
        using var predictor = Predictor.Load<Pets>(File);
        var path = Trained.PathsOf(folder)[3];
        using var body = new AsynchronousStream(System.IO.File.ReadAllBytes(path));

        var prediction = await predictor.PredictAsync(body);

        Assert.That(prediction.Values, Is.EqualTo(predictor.Predict(path).Values));
    }

    [TestCase(1)]
    [TestCase(5)]
    [TestCase(32)]
    public void Batches_of_paths_streams_and_samples_are_predicted_in_their_order(int batchSize)
    {
        var data = Trained.Pictures(folder);
        using var model = Pets.Seeded();
        Trained.Fitted(model, data).Save(File);
        using var predictor = Predictor.Load<Pets>(File);
        predictor.BatchSize = batchSize;
        var paths = Trained.PathsOf(folder);
        Stream[] streams = [.. paths.Select(System.IO.File.OpenRead)];
        float[] expected = [.. paths.Select(path => predictor.Predict(path).Values[0])];

        Assert.Multiple(() =>
        {
            Assert.That(First(predictor.Predict(paths)), Is.EqualTo(expected).Within(1e-5));
            Assert.That(First(predictor.Predict(streams)), Is.EqualTo(expected).Within(1e-5));
            Assert.That(First(predictor.Predict(data)), Is.EqualTo(expected).Within(1e-5));
            Assert.That(predictor.Predict(Array.Empty<string>()), Is.Empty);
            Assert.That(predictor.Predict(Array.Empty<Stream>()), Is.Empty);
        });
        Array.ForEach(streams, stream => stream.Dispose());

        static float[] First(IReadOnlyList<Prediction> predictions) => [.. predictions.Select(prediction => prediction.Values[0])];
    }

    [Test]
    public void A_text_is_predicted_bit_for_bit_as_the_compiled_model_does()
    {
        var data = Trained.Sentences(folder);
        using var model = Reviews.Seeded();
        var compiled = Trained.Fitted(model, data);
        compiled.Save(File);
        using var expected = compiled.Predict(data, batchSize: 1);

        using var predictor = Predictor.Load<Reviews>(File);

        string[] texts = [.. Enumerable.Range(0, data.Count).Select(data.SentenceAt)];
        var together = predictor.Predict(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Multiple(() =>
            {
                Assert.That(predictor.Predict(texts[i]).Values, Is.EqualTo(Toy.Values(expected[i])));
                Assert.That(together[i].Values, Is.EqualTo(Toy.Values(expected[i])).Within(1e-5));
            });
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_tokenizer_comes_back_as_it_was(bool lowerCase)
    {
        using var model = Reviews.Seeded();
        var compiled = Trained.Fitted(model, Trained.Sentences(folder));
        var tokenizer = Trained.Tokenizer(lowerCase);
        compiled.Save(File, new() { Preprocessing = new Text.TextPreprocessing(tokenizer, 7) });

        using var predictor = Predictor.Load<Reviews>(File);

        var preprocessing = (Text.TextPreprocessing)predictor.Preprocessing!;
        Assert.Multiple(() =>
        {
            Assert.That(preprocessing.Length, Is.EqualTo(7));
            Assert.That(preprocessing.Tokenizer.Vocabulary, Is.EqualTo(tokenizer.Vocabulary));
            Assert.That(preprocessing.Tokenizer.Identity, Is.EqualTo(tokenizer.Identity));
        });
    }

    [Test]
    public void One_logit_is_the_probability_of_the_second_of_two_classes()
    {
        var data = Trained.Pictures(folder);
        using var model = Pets.Seeded();
        var compiled = Trained.Fitted(model, data);
        compiled.Save(File);
        using var predictor = Predictor.Load<Pets>(File);
        using var logits = compiled.Predict(data);
        using var second = logits.sigmoid();

        foreach (var (prediction, probability) in predictor.Predict(data).Zip(Toy.Values(second)))
        {
            Assert.Multiple(() =>
            {
                Assert.That(prediction.Label, Is.EqualTo(probability > 0.5 ? "dog" : "cat"));
                Assert.That(prediction.Probability, Is.EqualTo(Math.Max(probability, 1 - probability)).Within(1e-5));
                Assert.That(prediction.Probabilities.Select(label => label.Label), Is.EquivalentTo(new[] { "cat", "dog" }));
                Assert.That(
                    prediction.Probabilities.Single(label => label.Label == "dog").Probability, Is.EqualTo(probability).Within(1e-5));
                Assert.That(prediction.Probabilities, Is.Ordered.Descending.By(nameof(ClassProbability.Probability)));
            });
        }
    }

    [Test]
    public void Logits_of_several_classes_become_ranked_probabilities()
    {
        var data = Trained.Sentences(folder);
        using var model = Reviews.Seeded();
        var compiled = Trained.Fitted(model, data);
        compiled.Save(File);
        using var predictor = Predictor.Load<Reviews>(File);
        using var logits = compiled.Predict(data);
        using var expected = logits.softmax(1);

        var predictions = predictor.Predict(data);
        for (var i = 0; i < predictions.Count; i++)
        {
            var named = predictor.Classes.Zip(Toy.Values(expected[i])).OrderByDescending(pair => pair.Second).ToList();
            Assert.Multiple(() =>
            {
                Assert.That(predictor.Classes, Is.EqualTo(new[] { "bad", "good", "odd" }));
                Assert.That(predictions[i].Label, Is.EqualTo(named[0].First));
                Assert.That(predictions[i].Probabilities.Select(label => label.Label), Is.EqualTo(named.Select(pair => pair.First)));
                Assert.That(
                    predictions[i].Probabilities.Select(label => label.Probability),
                    Is.EqualTo(named.Select(pair => (double)pair.Second)).Within(1e-5));
                Assert.That(predictions[i].Probabilities.Sum(label => label.Probability), Is.EqualTo(1).Within(1e-12));
            });
        }
    }

    [Test]
    public void Several_logits_of_a_binary_loss_are_labels_by_themselves()
    {
        using var model = Pets.Seeded(outputs: 3);
        using var inputs = randn(5, 3, 16, 16);
        using var targets = randint(0, 2, [5, 3], ScalarType.Float32);
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());
        compiled.Fit(new InMemoryDataset(inputs, targets), Toy.Quiet);
        compiled.Save(File, new() { Classes = ["furry", "small", "wet"] });
        using var predictor = Predictor.Load(File, () => new Pets(3));
        using var logits = compiled.Predict(inputs);
        using var expected = logits.sigmoid();

        var prediction = predictor.Predict(inputs)[2];

        Assert.That(
            prediction.Probabilities.OrderBy(label => label.Label).Select(label => label.Probability),
            Is.EqualTo(Toy.Values(expected[2]).Select(value => (double)value)).Within(1e-5));
    }

    [Test]
    public void Large_logits_are_certain_and_no_infinity()
    {
        using var model = Pets.Seeded(outputs: 2);
        using var inputs = ones(1, 3, 16, 16) * 1e30f;
        var compiled = model.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());
        compiled.Save(File, new() { Classes = ["a", "b"] });
        using var predictor = Predictor.Load(File, () => new Pets(2));

        var prediction = predictor.Predict(inputs)[0];

        Assert.That(prediction.Probabilities.Select(label => label.Probability), Is.EqualTo(new[] { 1.0, 0.0 }));
    }

    [Test]
    public void An_error_of_squares_has_values_and_no_classes()
    {
        using var model = Mlp.Seeded(outputs: 2);
        using var inputs = randn(6, 4);
        using var targets = randn(6, 2);
        var compiled = model.Compile(Optimizers.Adam(), Losses.MeanSquaredError());
        compiled.Fit(new InMemoryDataset(inputs, targets), Toy.Quiet);
        compiled.Save(File);
        using var predictor = Predictor.Load(File, () => new Mlp(2));
        using var expected = compiled.Predict(inputs);

        var prediction = predictor.Predict(inputs)[4];

        Assert.Multiple(() =>
        {
            Assert.That(prediction.Values, Is.EqualTo(Toy.Values(expected[4])).Within(1e-6));
            Assert.That(prediction.Probabilities, Is.Empty);
            Assert.That(() => prediction.Label, Throws.InvalidOperationException.With.Message.Contains("take Values"));
        });
    }

    [Test]
    public void A_loss_of_ones_own_says_nothing_of_probabilities_and_the_options_do()
    {
        using var model = Mlp.Seeded(outputs: 3);
        using var inputs = randn(2, 4);
        var compiled = model.Compile(Optimizers.Adam(), new Hinge());
        compiled.Save(File);
        compiled.Save(folder["stated"], new() { Activation = OutputActivation.Softmax });
        using Predictor silent = Predictor.Load(File, () => new Mlp(3)), stated = Predictor.Load(folder["stated"], () => new Mlp(3));

        Assert.Multiple(() =>
        {
            Assert.That(silent.Predict(inputs)[0].Probabilities, Is.Empty);
            Assert.That(stated.Predict(inputs)[0].Probabilities.Select(label => label.Label), Is.EquivalentTo(new[] { "0", "1", "2" }));
        });
    }

    [Test]
    public void Each_of_several_outputs_is_predicted_by_its_name()
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        var compiled = model.Compile(
            Optimizers.Adam(),
            Losses.Weighted(("score", Losses.MeanSquaredError(), 1), ("class", Losses.CategoricalCrossEntropy(), 1)));
        compiled.Save(File, new() { Classes = ["low", "middle", "high"] });
        using var predictor = Predictor.Load(File, () => Reader.Seeded(seed: 2));
        using var expected = compiled.PredictAll(data);

        var predictions = predictor.Predict(data);
        var (ids, mask) = (data.Read(3, new Random(0)).Inputs[0].unsqueeze(0), data.Read(3, new Random(0)).Inputs[1].unsqueeze(0));
        using var outputs = predictor.PredictAll([ids, mask]);

        Assert.Multiple(() =>
        {
            Assert.That(predictions[3].Outputs.Keys, Is.EqualTo(new[] { "Class", "Score" }));
            Assert.That(predictions[3].Outputs["Class"].Values, Is.EqualTo(Toy.Values(expected[0][3])).Within(1e-5));
            Assert.That(predictions[3].Outputs["Score"].Values, Is.EqualTo(Toy.Values(expected[1][3])).Within(1e-5));
            Assert.That(predictions[3].Outputs["Score"].Probabilities, Is.Empty);
            Assert.That(predictions[3].Label, Is.EqualTo(predictions[3].Outputs["Class"].Label));
            Assert.That(predictions[3].Probabilities, Has.Count.EqualTo(3));
            Assert.That(Toy.Values(outputs[1]), Is.EqualTo(predictions[3].Outputs["Score"].Values).Within(1e-5));
        });
    }

    [Test]
    public void The_file_says_what_it_is_of_and_what_the_training_reached()
    {
        var data = Trained.Pictures(folder);
        using var model = Pets.Seeded();
        model.SaveBackbone(folder["source.safetensors"]);
        model.LoadBackbone(folder["source.safetensors"]);
        var compiled = Trained.Fitted(model, data);
        compiled.Save(File);

        using var predictor = Predictor.Load<Pets>(File);

        var info = predictor.Info;
        var losses = compiled.Log.Fits.SelectMany(fit => fit.History["val_loss"]).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(info.Model, Is.EqualTo("FineTune.Tests.Models.Pets"));
            Assert.That(info.Manifest, Is.EqualTo(compiled.Manifest.ToString()));
            Assert.That(info.Classes, Is.EqualTo(new[] { "cat", "dog" }));
            Assert.That(info.Backbone, Is.EqualTo("source.safetensors"));
            Assert.That(info.Loss, Does.StartWith("binary_cross_entropy"));
            Assert.That(info.Optimizer, Does.StartWith("Adam"));
            Assert.That(
                info.Trainings.Select(fit => (fit.Phase, fit.Epochs, fit.Steps, fit.Samples, fit.BatchSize, fit.Seed)),
                Is.EqualTo(new[] { ("head", 2, 6L, 12, 4, 5), ("fine-tune (last 2 layers)", 1, 4L, 12, 3, 6) }));
            Assert.That(
                info.Metrics.Single(metric => metric.Name == "val_loss"),
                Is.EqualTo(new MetricSummary("val_loss", losses[^1], losses.Min(), losses.IndexOf(losses.Min()))));
            Assert.That(
                info.Metrics.Select(metric => metric.Name),
                Is.EqualTo(new[] { "loss", "accuracy", "val_loss", "val_accuracy" }));
            Assert.That(info.TorchSharp, Does.StartWith("0.107"));
            Assert.That(info.Library, Is.Not.EqualTo("unknown"));
            Assert.That(info.SavedAt, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromHours(1)));
        });
    }

    [Test]
    public void Nothing_in_the_file_is_of_the_machine()
    {
        var data = Trained.Pictures(folder);
        using var model = Pets.Seeded();
        model.SaveBackbone(folder["source.safetensors"]);
        model.LoadBackbone(folder["source.safetensors"]);
        Trained.Fitted(model, data).Save(File);

        var content = Encoding.Latin1.GetString(System.IO.File.ReadAllBytes(File));

        Assert.That(
            content,
            Does.Not.Contain(Path.GetFileName(folder.Path)).And.Not.Contain(Environment.MachineName)
                .And.Not.Contain(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)));
    }

    [Test]
    public void The_same_model_at_the_same_time_is_the_same_file()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        using var model = Reviews.Seeded();
        var compiled = Trained.Fitted(model, Trained.Sentences(folder));

        compiled.Save(File, new() { SavedAt = time });
        compiled.Save(folder["again"], new() { SavedAt = time });
        compiled.Save(folder["later"], new() { SavedAt = time.AddSeconds(1) });

        Assert.Multiple(() =>
        {
            Assert.That(System.IO.File.ReadAllBytes(folder["again"]), Is.EqualTo(System.IO.File.ReadAllBytes(File)));
            Assert.That(System.IO.File.ReadAllBytes(folder["later"]), Is.Not.EqualTo(System.IO.File.ReadAllBytes(File)));
        });
    }

    [Test]
    public void Other_readers_see_a_file_of_weights()
    {
        using var model = Pets.Seeded();
        Trained.Fitted(model, Trained.Pictures(folder)).Save(File);
        using Pets whole = new(), backbone = new();

        whole.LoadWeights(File);
        backbone.LoadBackbone(File);

        var saved = Toy.Weights(model);
        Assert.Multiple(() =>
        {
            Assert.That(Toy.Changed(saved, Toy.Weights(whole)), Is.Empty);
            Assert.That(
                Toy.Changed(saved, Toy.Weights(backbone)), Is.EquivalentTo(new[] { "head.weight", "head.bias" }));
        });
        using var file = WeightsFile.Open(File);
        Assert.That(file.Metadata["format"], Is.EqualTo("finetune-model"));
    }

    [Test]
    public void The_vocabulary_is_what_a_file_of_it_would_hold()
    {
        using var model = Reviews.Seeded();
        Trained.Fitted(model, Trained.Sentences(folder)).Save(File);

        using var file = WeightsFile.Open(File);

        Assert.That(file.Metadata["vocabulary"].Split('\n'), Is.EqualTo(Trained.Tokenizer().Vocabulary));
    }

    [Test]
    public void Parts_of_a_set_say_what_the_set_says()
    {
        var data = Trained.Pictures(folder);
        var (train, _) = ClassifiedSubset.Split(data);

        Assert.Multiple(() =>
        {
            Assert.That(train.Preprocessing, Is.EqualTo(data.Preprocessing).And.Not.Null);
            Assert.That(new Subset(train, [0]).Preprocessing, Is.EqualTo(data.Preprocessing));
            Assert.That(((IDataset)Toy.Points()).Preprocessing, Is.Null);
        });
    }

    [Test]
    public void The_options_go_before_what_the_training_knew()
    {
        var data = Trained.Pictures(folder);
        using var model = Pets.Seeded();
        var preprocessing = new PicturePreprocessing { ImageSize = 20, ApplyOrientation = false };
        Trained.Fitted(model, data).Save(
            File, new() { Classes = ["no", "yes"], Preprocessing = preprocessing, Backbone = "mine" });

        using var predictor = Predictor.Load<Pets>(File);

        var loaded = (PicturePreprocessing)predictor.Preprocessing!;
        Assert.Multiple(() =>
        {
            Assert.That(predictor.Classes, Is.EqualTo(new[] { "no", "yes" }));
            Assert.That(predictor.Info.Backbone, Is.EqualTo("mine"));
            Assert.That((loaded.ImageSize, loaded.ApplyOrientation), Is.EqualTo((20, false)));
            Assert.That(loaded.Background, Is.Null);
            Assert.That(loaded.Normalization.Mean, Is.EqualTo(Normalization.ImageNet.Mean));
            Assert.That(predictor.Predict(Trained.PathsOf(folder)[0]).Probabilities, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public void A_model_in_training_mode_stays_there()
    {
        using var model = Pets.Seeded();
        var compiled = Trained.Fitted(model, Trained.Pictures(folder));
        model.train();
        var before = Toy.Weights(model);

        compiled.Save(File);

        Assert.Multiple(() =>
        {
            Assert.That(model.training, Is.True);
            Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
        });
    }

    private sealed class Hinge() : Loss("hinge")
    {
        public override Tensor PerSample(Tensor output, Tensor target) => (1 - output * target).relu().mean([1]);
    }

    /// <summary>As a web server gives the body of a request.</summary>
    private sealed class AsynchronousStream(byte[] content) : MemoryStream(content)
    {
        private readonly MemoryStream inside = new(content);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inside.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous reads.");

        public override int Read(Span<byte> buffer) => throw new InvalidOperationException("Synchronous reads.");
    }
}
