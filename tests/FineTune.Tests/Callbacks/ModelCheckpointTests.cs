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
