using FineTune.Tests.Models;
using FineTune.Weights;

namespace FineTune.Tests;

public sealed class ModelCheckpointTests
{
    private const string Score = "score";

    private string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("checkpoint-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void Every_so_many_epochs_a_file_is_written()
    {
        Fit(new ModelCheckpoint(Path.Combine(folder, "{epoch}.safetensors"), everyEpochs: 2), [1, 2, 3, 4, 5]);

        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName).Order(), Is.EqualTo(new[] { "1.safetensors", "3.safetensors" }));
    }

    [Test]
    public void A_name_takes_every_value_of_the_epoch_in_a_format_of_dotnet()
    {
        Fit(new ModelCheckpoint(Path.Combine(folder, "{epoch:D3}-{score:F2}-{loss:0.0}.safetensors")), [1.234, 2]);

        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName).Order(), Is.EqualTo(
            new[] { "000-1.23-", "001-2.00-" })
                .AsCollection.Using<string, string>((name, start) => name.StartsWith(start, StringComparison.Ordinal)));
        Assert.That(Directory.GetFiles(folder), Is.All.Match("-[0-9][.][0-9][.]safetensors$"));
    }

    [TestCase("{epoch:02d}.safetensors", "has {epoch:02d} in the path '*', and '02d' is no format of .NET: write {epoch:D2}")]
    [TestCase("{score:.2f}.safetensors", "has {score:.2f} in the path '*', and '.2f' is no format of .NET: write {score:F2}")]
    [TestCase("{score:D2}.safetensors", "and 'D2' is no format of .NET: write {score:F2}")]
    [TestCase("{val_loss:F2}.safetensors", "has {val_loss:F2} in the path '*', which nobody produces; there is epoch, loss, score.")]
    [TestCase("{}.safetensors", "has {} in the path '*', which nobody produces")]
    [TestCase("{epoch.safetensors", "has a brace in the path '*' that belongs to no place")]
    public void A_place_that_cannot_be_filled_is_an_error_before_the_first_epoch(string name, string sentence)
    {
        var path = Path.Combine(folder, name);

        Assert.That(
            () => Fit(new ModelCheckpoint(path), [1]),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(sentence.Replace("*", path, StringComparison.Ordinal)));
        Assert.That(Directory.GetFiles(folder), Is.Empty);
    }

    [Test]
    public void Of_the_best_only_the_file_has_the_weights_and_says_which_epoch_it_is()
    {
        Dictionary<string, float[]> best = [];
        Fit(
            new ModelCheckpoint(Path.Combine(folder, "best.safetensors"), bestOnly: true, Score, MonitorMode.Min),
            [3, 1, 2],
            null, new Recorder { AtEpochEnd = fit => best = fit.Epoch == 1 ? Toy.Weights(fit.Model) : best });

        using var file = WeightsFile.Open(Path.Combine(folder, "best.safetensors"));
        Assert.That(file.Metadata["epoch"], Is.EqualTo("1"));
        Assert.That(file.Metadata["manifest"], Has.Length.EqualTo(64), "the hash of what the attributes say");
        Assert.That(file.Metadata[Score], Is.EqualTo("1"));
        Assert.That(file.Tensors.Keys, Is.EquivalentTo(best.Keys));
        Assert.That(
            file.Tensors.Where(stored => !Toy.Values(stored.Value.Read()).SequenceEqual(best[stored.Key])).Select(stored => stored.Key),
            Is.Empty);
    }

    [Test]
    public void What_it_wrote_loads_back_whole_with_one_call()
    {
        var file = Path.Combine(folder, "best.safetensors");
        Dictionary<string, float[]> best = [];
        Fit(
            new ModelCheckpoint(file, bestOnly: true, Score, MonitorMode.Min),
            [3, 1, 2],
            null, new Recorder { AtEpochEnd = fit => best = fit.Epoch == 1 ? Toy.Weights(fit.Model) : best });
        using var model = Mlp.Seeded(seed: 99);

        var report = model.LoadWeights(file);

        Assert.That(Toy.Changed(best, Toy.Weights(model)), Is.Empty);
        Assert.That(report.Loaded, Is.EquivalentTo(best.Keys));
    }

    [Test]
    public void A_second_fit_does_not_replace_a_better_best()
    {
        var path = Path.Combine(folder, "best.safetensors");
        var checkpoint = new ModelCheckpoint(path, bestOnly: true, Score, MonitorMode.Min);
        Fit(checkpoint, [3, 1, 2]);
        var written = File.ReadAllBytes(path);

        Fit(checkpoint, [2, 1.5, 1]);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(written));
        Fit(checkpoint, [0.5]);
        Assert.That(File.ReadAllBytes(path), Is.Not.EqualTo(written));
    }

    [Test]
    public void A_resume_does_not_replace_a_better_best()
    {
        var path = Path.Combine(folder, "best.safetensors");
        var backup = Path.Combine(folder, "backup");
        Fit(
            new ModelCheckpoint(path, bestOnly: true, Score, MonitorMode.Min), [3, 1, 2, 2, 2], new(backup), Stop(3));
        var written = File.ReadAllBytes(path);

        Fit(
            new ModelCheckpoint(path, bestOnly: true, Score, MonitorMode.Min), [3, 1, 2, 2, 2], new(backup), Stop(null));

        Assert.That(File.ReadAllBytes(path), Is.EqualTo(written));
    }

    [Test]
    public void What_nobody_produces_cannot_be_monitored() =>
        Assert.That(
            () => Fit(new ModelCheckpoint(Path.Combine(folder, "best.safetensors"), bestOnly: true), [1]),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("ModelCheckpoint monitors 'val_loss', which nobody produces"));

    private static Recorder Stop(int? atEpoch) => new()
    {
        AtEpochBegin = fit =>
        {
            if (fit.Epoch == atEpoch)
            {
                fit.Stop(StopReason.Cancelled, "Stopped by the test.");
            }
        },
    };

    private static void Fit(Callback checkpoint, double[] values, Backup? backup = null, params Callback[] others)
    {
        using var model = Mlp.Seeded();
        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(8), Toy.Quiet with
        {
            Epochs = values.Length,
            Callbacks = [new Scripted(Score, values), checkpoint, .. others],
            Backup = backup,
        });
    }
}
