using FineTune.Data;
using FineTune.Tests.Models;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class UnlabelledImageFolderTests
{
    private static readonly ImageFolderOptions Plain = new() { ImageSize = 8, Normalization = new([0, 0, 0], [1, 1, 1]) };

    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void Pictures_come_in_the_order_of_their_paths_and_have_no_target()
    {
        Write("b.png", 20);
        Write("a.png", 10);
        Write("c/x.png", 30);
        File.WriteAllText(folder["notes.txt"], "no picture");

        var data = ImageFolder.Unlabelled(folder.Path, Plain);
        var samples = Enumerable.Range(0, data.Count).Select(index => data.Read(index, new Random(0))).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(data.Files, Is.EqualTo(new[] { folder["a.png"], folder["b.png"], folder["c/x.png"] }));
            Assert.That(samples.Select(sample => sample.Input.max().ToSingle() * 255), Is.EqualTo(new[] { 10, 20, 30 }).Within(1e-3));
            Assert.That(samples.Select(sample => sample.Targets.Count), Is.All.Zero);
            Assert.That(data.ToString(), Is.EqualTo("3 pictures; 1 file left out: 1 .txt."));
            Assert.That(data.Describe(2), Is.EqualTo($"'{folder["c/x.png"]}'"));
        });
    }

    [Test]
    public void Predictions_stand_beside_the_files()
    {
        for (var i = 0; i < 5; i++)
        {
            Write($"{i}.png", (byte)(50 * i));
        }

        var data = ImageFolder.Unlabelled(folder.Path, Plain);
        using var model = new Brightness();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());

        using var outputs = compiled.Predict(data, batchSize: 2);

        Assert.That(
            outputs.select(1, 0).Values<float>(), Is.EqualTo(new[] { 0, 50 / 255f, 100 / 255f, 150 / 255f, 200 / 255f }).Within(1e-5));
    }

    [Test]
    public void A_damaged_picture_is_named()
    {
        Write("a.png", 1);
        File.WriteAllText(folder["b.png"], "no picture at all");
        using var model = new Brightness();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());

        Assert.That(
            () => compiled.Predict(ImageFolder.Unlabelled(folder.Path, Plain)),
            Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith($"'{folder["b.png"]}' is not a PNG"));
    }

    [Test]
    public void Nothing_can_be_trained_or_evaluated_on_it()
    {
        Write("a.png", 1);
        Write("b.png", 2);
        var data = ImageFolder.Unlabelled(folder.Path, Plain);
        using var model = new Brightness();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());

        Refuses(() => compiled.Fit(data, Toy.Quiet));
        Refuses(() => compiled.Evaluate(data));
        Refuses(() => compiled.ConfusionMatrix(data));
        Refuses(() => model.FineTune(data, data));

        static void Refuses(Func<object> call) => Assert.That(
            call, Throws.TypeOf<FineTuneException>().With.Message.Contains("no target").And.Message.Contains("is for Predict"));
    }

    [Test]
    public void A_folder_that_is_missing_or_empty_is_named()
    {
        File.WriteAllText(folder["a.txt"], "no picture");

        Assert.That(
            () => ImageFolder.Unlabelled(folder["none"]),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                $"The folder '{folder["none"]}' does not exist; expected a folder with pictures."));
        Assert.That(
            () => ImageFolder.Unlabelled(folder.Path),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(
                $"The folder '{folder.Path}' has no picture in it").And.Message.EndsWith("1 file left out: 1 .txt."));
    }

    private void Write(string name, byte value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        using var picture = full([3, 8, 8], value, ScalarType.Byte);
        torchvision.io.write_png(picture, folder[name], new torchvision.io.SkiaImager());
    }
}
