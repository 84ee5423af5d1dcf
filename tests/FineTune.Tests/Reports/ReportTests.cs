using System.Globalization;
using System.Xml.Linq;
using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class ReportTests
{
    [Test]
    public void Curves_cover_both_phases_with_the_boundary_and_the_restored_epochs_marked()
    {
        using var folder = new TemporaryFolder();
        var (history, page) = TwoPhases(folder["run.html"]);

        var charts = page.Descendants("figure").Where(figure => figure.Element("svg") is not null)
            .ToDictionary(figure => figure.Descendants("title").First().Value);

        Assert.That(
            charts.Keys,
            Is.EqualTo(
                new[] { "loss", "accuracy", "learning rate", "source_loss", "forgotten_loss", "source_accuracy", "forgotten_accuracy" }));
        foreach (var (name, lines) in new[] { ("loss", 2), ("accuracy", 2), ("learning rate", 2), ("forgotten_loss", 1) })
        {
            Assert.That(
                charts[name].Element("svg")!.Descendants("path").Count(path => ((string)path.Attribute("class")!).StartsWith("curve ")),
                Is.EqualTo(lines),
                name);
        }

        var loss = charts["loss"];
        double[] x = [.. Marks(loss, 0).Select(mark => mark.X)];
        double[] y = [.. Marks(loss, 0).Select(mark => mark.Y)];
        Assert.That(x, Is.Ordered.And.Length.EqualTo(history.Records.Count));
        Assert.That(
            y.Zip(history["loss"]).OrderBy(pair => pair.Second).Select(pair => -pair.First),
            Is.Ordered,
            "a greater loss is drawn higher");
        Assert.That(
            loss.Descendants("line").Where(line => (string?)line.Attribute("class") == "phase").Select(line => Number(line, "x1")),
            Is.EqualTo(new[] { (x[2] + x[3]) / 2 }).Within(0.01));
        var best = (int)history.Outcome.Best!.Epoch;
        Assert.That(
            loss.Descendants("line").Where(line => (string?)line.Attribute("class") == "restored").Select(line => Number(line, "x1")),
            Has.Member(x[best]).And.Exactly(2).Items);
        Assert.That(Marks(charts["learning rate"], 0).Count(), Is.EqualTo(6), "the head's rate");
        Assert.That(Marks(charts["learning rate"], 1).Count(), Is.EqualTo(3), "the backbone's, which begins with fine-tuning");
    }

    [Test]
    public void Layers_say_what_was_frozen_when()
    {
        using var folder = new TemporaryFolder();
        var (_, page) = TwoPhases(folder["run.html"]);

        var rows = Table(page, "layers");

        Assert.That(rows[0][^2..], Is.EqualTo(new[] { "head, from epoch 0", "fine-tune (last 4 layers), from epoch 3" }));
        Assert.That(rows.Skip(1).Select(row => $"{row[1]}: {row[^2]}, {row[^1]}"), Is.EqualTo(new[]
        {
            "fc1: frozen, frozen",
            "bn1: frozen, frozen",
            "relu1: inference mode, inference mode",
            "drop: inference mode, training mode",
            "fc2: frozen, trained",
            "bn2: frozen, trained, stored statistics",
            "relu2: inference mode, training mode",
        }));
    }

    [Test]
    public void Model_is_summed_up_with_the_shapes_of_a_sample()
    {
        using var folder = new TemporaryFolder();
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        compiled.Fit(Toy.Points(), Toy.Quiet);

        Assert.That(Rows(null), Has.Member("head Linear  9 yes"), "nobody knows the data");
        Assert.That(Rows(Toy.Points()), Has.Member("head Linear 1×1 9 yes").And.Member("backbone.fc1 Linear 1×8 40 no"));

        IEnumerable<string> Rows(IDataset? data)
        {
            compiled.WriteReport(folder["run.html"], new() { Data = data });
            var page = Read(folder["run.html"]);
            Assert.That(page.Descendants("summary").Select(summary => summary.Value), Has.Some.StartsWith("Parameters: 153 "));
            return Table(page, "summary").Select(row => string.Join(' ', row));
        }
    }

    [Test]
    public void Confusion_and_examples_are_those_of_the_validation_data()
    {
        using var folder = new TemporaryFolder();
        using var model = new PictureModel();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
        var pictures = new Pictures();
        compiled.Fit(pictures, Toy.Quiet with { ValidationData = pictures });

        compiled.WriteReport(folder["run.html"], new() { Title = "<Cats> & dogs", Examples = 5 });

        var page = Read(folder["run.html"]);
        var matrix = compiled.ConfusionMatrix(pictures);
        Assert.That(page.Descendants("h1").Single().Value, Is.EqualTo("<Cats> & dogs"));
        Assert.That(Table(page, "confusion").Skip(1), Is.EqualTo(new[]
        {
            new[] { "cat", $"{matrix[0, 0]}", $"{matrix[0, 1]}" },
            ["dog", $"{matrix[1, 0]}", $"{matrix[1, 1]}"],
        }));
        var examples = page.Descendants("figure").Where(figure => figure.Element("img") is not null).ToList();
        Assert.That(examples, Has.Count.EqualTo(5));
        var mistakes = (int)(matrix[0, 1] + matrix[1, 0]);
        Assert.That(
            examples.Select(example => (string)example.Attribute("class")!),
            Is.EqualTo(Enumerable.Range(0, 5).Select(number => number < mistakes ? "wrong" : "right")));
        File.WriteAllBytes(
            folder["example.png"],
            Convert.FromBase64String(((string)examples[0].Element("img")!.Attribute("src")!)["data:image/png;base64,".Length..]));
        using var decoded = torchvision.io.read_image(
            folder["example.png"],
            torchvision.io.ImageReadMode.RGB,
            new torchvision.io.SkiaImager());
        Assert.That(decoded.shape, Is.EqualTo(new long[] { 3, 6, 8 }));
        Assert.That(decoded.to_type(ScalarType.Int64).max().ToInt64() - decoded.to_type(ScalarType.Int64).min().ToInt64(), Is.EqualTo(255));
    }

    [Test]
    public void The_worst_mistakes_come_first_each_with_the_probabilities_of_both_classes([Values] bool binary)
    {
        using var folder = new TemporaryFolder();
        manual_seed(4);
        using var model = new Classes(3 * 6 * 8, binary ? 1 : 2);
        var pictures = new Pictures();
        var compiled = model.Compile(
            Optimizers.SGD(0.001), binary ? Losses.BinaryCrossEntropyWithLogits() : Losses.CategoricalCrossEntropy());
        compiled.Fit(pictures, Toy.Quiet with { ValidationData = pictures });

        compiled.WriteReport(folder["run.html"], new() { Examples = 20 });

        using var logits = compiled.Predict(pictures).to_type(ScalarType.Float64);
        var ofDog = (binary ? logits.sigmoid().reshape(20) : logits.softmax(1).select(1, 1)).Values<double>();
        var expected = Enumerable.Range(0, 20)
            .Select(i => (Index: i, IsDog: i % 2 == 1, TakenForDog: ofDog[i] > 0.5, OfOwn: i % 2 == 1 ? ofDog[i] : 1 - ofDog[i]))
            .OrderBy(one => one.IsDog == one.TakenForDog).ThenBy(one => one.OfOwn)
            .Select(one => one.IsDog == one.TakenForDog
                ? $"{Name(one.TakenForDog)} {Percent(one.OfOwn)}sample {one.Index}"
                : $"{Name(one.TakenForDog)} {Percent(1 - one.OfOwn)}is {Name(one.IsDog)} {Percent(one.OfOwn)}sample {one.Index}");
        var shown = Read(folder["run.html"]).Descendants("figure").Where(figure => figure.Element("img") is not null)
            .Select(figure => figure.Element("figcaption")!.Value);
        Assert.That(shown, Is.EqualTo(expected));

        static string Name(bool isDog) => isDog ? "dog" : "cat";

        static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");
    }

    [Test]
    public void Each_class_has_its_precision_recall_F1_and_samples()
    {
        using var folder = new TemporaryFolder();
        manual_seed(4);
        using var model = new Classes(4, 3);
        var points = new Sentences(3, 40);
        var compiled = model.Compile(
            Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy(), Metrics.Precision(Averaging.Macro), Metrics.Recall(Averaging.Macro),
            Metrics.F1(Averaging.Macro));
        compiled.Fit(points, Toy.Quiet with { ValidationData = points });
        compiled.WriteReport(folder["run.html"]);

        var rows = Table(Read(folder["run.html"]), "classes").Skip(1).ToDictionary(row => row[0], row => row[1..]);
        var matrix = compiled.ConfusionMatrix(points);
        var evaluation = compiled.Evaluate(points);
        Assert.Multiple(() =>
        {
            for (var number = 0; number < 3; number++)
            {
                double right = matrix[number, number], all = Enumerable.Range(0, 3).Sum(other => matrix[number, other]);
                var taken = Enumerable.Range(0, 3).Sum(other => matrix[other, number]);
                var precision = taken == 0 ? 0 : right / taken;
                Assert.That(
                    rows[points.Classes[number]],
                    Is.EqualTo(new[] { Text(precision), Text(right / all), Text(2 * right / (taken + all)), $"{all}" }));
            }

            Assert.That(
                rows["mean"],
                Is.EqualTo(new[] { Text(evaluation["precision"]), Text(evaluation["recall"]), Text(evaluation["f1"]), "40" }));
            Assert.That(rows["mean by samples"][1], Is.EqualTo(Text(Enumerable.Range(0, 3).Sum(i => matrix[i, i]) / 40.0)));
        });

        static string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
    }

    [Test]
    public void Of_many_classes_there_is_a_map_and_the_greatest_confusions_in_words()
    {
        using var folder = new TemporaryFolder();
        manual_seed(4);
        using var model = new Classes(4, 100);
        var points = new Sentences(100, 400);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
        compiled.Fit(points, Toy.Quiet with { ValidationData = points });
        compiled.WriteReport(folder["run.html"]);

        var page = Read(folder["run.html"]);
        var matrix = compiled.ConfusionMatrix(points);
        var pairs = from wanted in Enumerable.Range(0, 100) from predicted in Enumerable.Range(0, 100) select (wanted, predicted);
        var counts = pairs.Where(pair => pair.wanted != pair.predicted).Select(pair => matrix[pair.wanted, pair.predicted]);
        Assert.That(
            page.Descendants("svg").Single(svg => (string?)svg.Attribute("class") == "map").Elements("rect").Count(),
            Is.EqualTo(pairs.Count(pair => matrix[pair.wanted, pair.predicted] > 0)));
        Assert.That(
            Table(page, "confusions").Skip(1).Select(row => long.Parse(row[2], CultureInfo.InvariantCulture)),
            Is.EqualTo(counts.OrderDescending().Take(20)));
        Assert.That(Table(page, "classes"), Has.Count.EqualTo(103));
    }

    [Test]
    public void Sentences_stand_in_a_table_with_what_they_were_taken_for()
    {
        using var folder = new TemporaryFolder();
        manual_seed(4);
        using var model = new Classes(4, 3);
        var points = new Sentences(3, 10);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
        compiled.Fit(points, Toy.Quiet with { ValidationData = points });
        compiled.WriteReport(folder["run.html"]);

        var rows = Table(Read(folder["run.html"]), "answers").Skip(1).ToList();
        Assert.That(rows, Has.Count.EqualTo(10));
        Assert.That(rows.Select(row => row[0]), Has.Member("'mails.csv', line 3: \"Sentence <2> & more of it\""));
        Assert.That(rows.Select(row => row[1] == row[3]), Is.Ordered, "mistakes first");
    }

    [Test]
    public void Settings_are_those_of_each_training_and_stand_once_where_they_are_the_same()
    {
        using var folder = new TemporaryFolder();
        using var model = new PictureModel();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.5), Losses.CategoricalCrossEntropy());
        var data = new Vision.AugmentedDataset(new Pictures(), [Vision.Augmentations.HorizontalFlip()]);
        compiled.Fit(data, Toy.Quiet with { BatchSize = 5, Seed = 17 });
        model.UnfreezeBackbone();
        compiled = model.Recompile(0.25);
        compiled.Fit(data, Toy.Quiet with
        {
            BatchSize = 5,
            Seed = 17,
            InitialEpoch = 1,
            Epochs = 2,
            BatchTransform = BatchTransforms.MixUp(),
            ClipNorm = 2,
            AccumulateBatches = 2,
        });
        compiled.WriteReport(folder["run.html"]);

        var rows = Table(Read(folder["run.html"]), "settings");
        var settings = rows.Skip(1).ToDictionary(row => row[0], row => row[1..]);
        Assert.Multiple(() =>
        {
            Assert.That(rows[0][1..], Is.EqualTo(new[] { "head, from epoch 0", "fine-tune (all layers), from epoch 1" }));
            Assert.That(settings["Training samples"], Is.EqualTo(new[] { "20" }));
            Assert.That(settings["Augmentation"], Is.EqualTo(new[] { "HorizontalFlip(probability: 0.5)" }));
            Assert.That(settings["Batch transform"], Is.EqualTo(new[] { "none", "MixUp(alpha: 0.2)" }));
            Assert.That(settings["Batch size"], Is.EqualTo(new[] { "5", "5, 2 batches a step" }));
            Assert.That(settings["Seed"], Is.EqualTo(new[] { "17" }));
            Assert.That(settings["Learning rates"][0], Is.EqualTo("head 0.5"));
            Assert.That(settings["Clipped"], Is.EqualTo(new[] { "none", "norm at 2" }));
            Assert.That(settings["Device"], Is.EqualTo(new[] { "cpu, Float32" }));
            Assert.That(settings.Keys, Has.No.Member("Weights of samples"));
        });
    }

    [Test]
    public void Samples_that_cannot_be_read_are_left_out()
    {
        using var folder = new TemporaryFolder();
        using var model = new PictureModel();
        var pictures = new Pictures { Damaged = 3 };
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
        compiled.Fit(pictures, Toy.Quiet with { ValidationData = pictures, MaxDamagedSamples = int.MaxValue });

        compiled.WriteReport(folder["run.html"], new() { Examples = 100 });

        var page = Read(folder["run.html"]);
        Assert.That(
            Table(page, "confusion").Skip(1).SelectMany(row => row[1..]).Sum(count => int.Parse(count, CultureInfo.InvariantCulture)),
            Is.EqualTo(19));
        Assert.That(
            page.Descendants("img").Select(image => (string)image.Attribute("alt")!),
            Has.Exactly(19).Items.And.None.EqualTo("sample 3"));
    }

    [Test]
    public void It_loads_nothing_and_names_the_environment()
    {
        using var folder = new TemporaryFolder();
        var (_, page) = TwoPhases(folder["run.html"]);
        var text = File.ReadAllText(folder["run.html"]);

        Assert.That(text, Does.Not.Contain("http").And.Not.Contain("<script").And.Not.Contain("<link").And.Not.Contain("url("));
        Assert.That(Table(page, "environment").Select(row => row[0]),
            Is.EqualTo(new[]
            {
                "Model", "Optimizer", "Loss", "Parameters", "Device", "Threads", "Torch", "FineTune", "Runtime", "Written",
            }));
    }

    [Test]
    public void Without_any_epoch_there_is_nothing_to_report()
    {
        using var folder = new TemporaryFolder();
        using var model = Mlp.Seeded();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());

        Assert.That(
            () => compiled.WriteReport(folder["run.html"]),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("no epoch was trained"));
        Assert.That(folder["run.html"], Does.Not.Exist);
    }

    [Test]
    [Category("Slow")]
    public async Task A_browser_draws_curves_and_marks_light_and_dark([Values] bool dark)
    {
        using var folder = new TemporaryFolder();
        TwoPhases(folder["run.html"]);

        await Browser.Draw(folder["run.html"], folder["run.png"], dark);

        using var picture = torchvision.io.read_image(folder["run.png"], torchvision.io.ImageReadMode.RGB, new torchvision.io.SkiaImager());
        var (height, width, pixels) = (picture.shape[1], picture.shape[2], picture.bytes.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(Count(0, 20, dark ? "10151c" : "ffffff"), Is.EqualTo(20 * width), "the page's own color");
            Assert.That(Count(0, height, dark ? "58a6ff" : "0b62d6"), Is.GreaterThan(500), "training curves");
            Assert.That(Count(0, height, dark ? "ff9a57" : "d1480b"), Is.GreaterThan(500), "validation curves");
            Assert.That(Count(0, height, dark ? "ff7b72" : "cf222e"), Is.GreaterThan(100), "restored epochs");
        });

        int Count(long top, long bottom, string color)
        {
            var (red, green, blue) = (Part(0), Part(2), Part(4));
            var plane = height * width;
            var count = 0;
            for (var at = top * width; at < bottom * width; at++)
            {
                count += pixels[at] == red && pixels[plane + at] == green && pixels[2 * plane + at] == blue ? 1 : 0;
            }

            return count;

            byte Part(int start) => byte.Parse(color.AsSpan(start, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
    }

    [Test]
    [Category("Slow")]
    public async Task A_browser_shows_pictures_sentences_and_many_classes_within_the_window(
        [Values("two classes of pictures", "twelve classes of sentences", "a hundred classes")] string kind, [Values(1200, 500)] int width)
    {
        using var folder = new TemporaryFolder();
        manual_seed(4);
        IDataset data = kind switch
        {
            "two classes of pictures" => new Pictures(),
            "twelve classes of sentences" => new Sentences(12, 120),
            _ => new Sentences(100, 600),
        };
        using var model = new Classes(data is Pictures ? 3 * 6 * 8 : 4, ClassNames.Of(data)!.Count);
        var options = Toy.Quiet with { ValidationData = data, Callbacks = [LearningRateSchedule.Cosine(warmup: 1)] };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.AdamW(1e-2), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        compiled.Fit(data, options with { Epochs = 6 });
        model.UnfreezeBackbone();
        compiled = model.Recompile(1e-3);
        compiled.Fit(data, options with { InitialEpoch = 6, Epochs = 14, BatchTransform = BatchTransforms.MixUp() });
        compiled.WriteReport(folder["run.html"], new() { Title = kind });

        await Browser.Draw(folder["run.html"], folder["run.png"], dark: width < 1000, width);
    }

    private static (History History, XElement Page) TwoPhases(string path)
    {
        using var model = Mlp.Seeded();
        var options = Toy.Quiet with { BatchSize = 8, ValidationData = Toy.Points(seed: 2) };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(0.01), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        var head = compiled.Fit(Toy.Points(), options with { Epochs = 3, Callbacks = Callbacks() });
        model.UnfreezeLast(4);
        compiled = model.Recompile();
        var fine = compiled.Fit(Toy.Points(), options with { InitialEpoch = 3, Epochs = 6, Callbacks = Callbacks() });
        compiled.WriteReport(path);
        return (head.Concat(fine), Read(path));

        Callback[] Callbacks() => [new ForgettingMonitor(compiled, Toy.Points(seed: 9)), new EarlyStopping(patience: 9)];
    }

    // The page is well-formed XML, too.
    private static XElement Read(string path) => XElement.Parse(File.ReadAllText(path)["<!DOCTYPE html>\n".Length..]);

    private static List<string[]> Table(XElement page, string name) =>
        [
            .. page.Descendants("table")
                .Single(table => (string?)table.Attribute("class") == name)
                .Elements("tr")
                .Select(row => row.Elements().Select(cell => cell.Value).ToArray()),
        ];

    // Each begins in its middle: "M12 34m…".
    private static IEnumerable<(double X, double Y)> Marks(XElement chart, int line) =>
        chart.Element("svg")!.Descendants("path")
            .Where(path => (string?)path.Attribute("class") == $"mark line{line}")
            .Select(path => ((string)path.Attribute("d")!)[1..].Split('m')[0].Split(' '))
            .Select(place => (double.Parse(place[0], CultureInfo.InvariantCulture), double.Parse(place[1], CultureInfo.InvariantCulture)));

    private static double Number(XElement element, string attribute) =>
        double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);

    private sealed class Pictures : IClassified
    {
        public int? Damaged { get; init; }

        public int Count => 20;

        public IReadOnlyList<string> Classes => ["cat", "dog"];

        public int ClassOf(int index) => index % 2;

        public Sample Read(int index, Random random)
        {
            if (index == Damaged)
            {
                throw new DamagedSampleException("A picture is damaged.");
            }

            var values = new Random(index);
            return new Sample(
                tensor(Enumerable.Range(0, 3 * 6 * 8).Select(_ => values.NextSingle()).ToArray()).reshape(3, 6, 8),
                tensor((long)ClassOf(index)));
        }
    }

    /// <summary>Points around the middle of their class, called by a sentence each.</summary>
    private sealed class Sentences(int classes, int count) : IClassified
    {
        public int Count => count;

        public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, classes).Select(number => $"class of kind {number}")];

        public int ClassOf(int index) => index % classes;

        public Sample Read(int index, Random random)
        {
            var (middle, around) = (new Random(ClassOf(index) + 1000), new Random(index));
            return new Sample(
                tensor([.. Enumerable.Range(0, 4).Select(_ => 3 * middle.NextSingle() + around.NextSingle())]),
                tensor((long)ClassOf(index)));
        }

        public string Describe(int index) => $"'mails.csv', line {index + 1}: \"Sentence <{index}> & more of it\"";
    }
}
