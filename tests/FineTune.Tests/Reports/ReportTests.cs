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
            Assert.That(charts[name].Descendants("path").Count(), Is.EqualTo(lines), name);
        }

        var loss = charts["loss"];
        double[] x = [.. Circles(loss, 0).Select(circle => Number(circle, "cx"))];
        double[] y = [.. Circles(loss, 0).Select(circle => Number(circle, "cy"))];
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
        Assert.That(Circles(charts["learning rate"], 0).Count(), Is.EqualTo(6), "the head's rate");
        Assert.That(Circles(charts["learning rate"], 1).Count(), Is.EqualTo(3), "the backbone's, which begins with fine-tuning");
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
            Is.EqualTo(new[] { "Model", "Optimizer", "Loss", "Parameters", "Threads", "Torch", "FineTune", "Runtime", "Written" }));
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

    private static IEnumerable<XElement> Circles(XElement chart, int line) =>
        chart.Descendants("circle").Where(circle => (string?)circle.Attribute("class") == $"line{line}");

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
}
