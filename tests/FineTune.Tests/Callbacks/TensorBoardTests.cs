using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class TensorBoardTests
{
    [Test]
    public void The_reader_s_checksum_is_that_of_the_standard() =>
        Assert.That(EventFileReader.Crc32C("123456789"u8), Is.EqualTo(0xE3069283));

    [Test]
    public void Losses_metrics_and_learning_rates_of_each_epoch_are_read_back()
    {
        using var folder = new TemporaryFolder();
        var history = Fit(new TensorBoard(folder.Path), epochs: 3);

        var training = EventFileReader.Read(folder["train"]);
        var validation = EventFileReader.Read(folder["validation"]);

        Assert.Multiple(() =>
        {
            Assert.That(training[0].Version, Is.EqualTo("brain.Event:2"));
            Assert.That(Scalars(training, "epoch_loss"), Is.EqualTo(Steps(history["loss"])));
            Assert.That(Scalars(training, "epoch_accuracy"), Is.EqualTo(Steps(history["accuracy"])));
            Assert.That(Scalars(validation, "epoch_loss"), Is.EqualTo(Steps(history["val_loss"])));
            Assert.That(Scalars(validation, "epoch_accuracy"), Is.EqualTo(Steps(history["val_accuracy"])));
            Assert.That(Scalars(training, "learning_rate/head"),
                Is.EqualTo(Steps([.. history.Records.Select(record => record.LearningRates["head"])])));
            Assert.That(Scalars(training, "batch_loss"), Is.Empty);
        });
    }

    [Test]
    public void Values_inside_an_epoch_go_by_optimizer_step()
    {
        using var folder = new TemporaryFolder();
        Fit(new TensorBoard(folder.Path, everySteps: 2), epochs: 2);

        // 48 samples, 8 a batch, 6 steps an epoch.
        Assert.That(
            Scalars(EventFileReader.Read(folder["train"]), "batch_loss").Select(value => value.Step),
            Is.EqualTo(new[] { 2, 4, 6, 8, 10, 12 }));
        Assert.That(
            Scalars(EventFileReader.Read(folder["train"]), "gradient_norm").Select(value => value.Value),
            Has.Exactly(6).GreaterThan(0));
    }

    [Test]
    public void Histograms_hold_the_weights_and_what_the_epoch_changed_in_them()
    {
        using var folder = new TemporaryFolder();
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var before = Toy.Weights(model)["head.weight"];
        model
            .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(), Toy.Quiet with { Callbacks = [new TensorBoard(folder.Path)] });
        var after = Toy.Weights(model)["head.weight"];

        var events = EventFileReader.Read(folder["train"]).Where(read => read.Histogram is not null).ToDictionary(read => read.Tag!);

        Assert.That(
            events.Keys,
            Is.EquivalentTo(new[] { "weights/head.weight", "updates/head.weight", "weights/head.bias", "updates/head.bias" }));
        Check(events["weights/head.weight"].Histogram!, after);
        Check(events["updates/head.weight"].Histogram!, [.. after.Zip(before, (now, then) => now - then)]);
        Assert.That(events["weights/head.bias"].Histogram![7], Is.EqualTo(new[] { 1.0 }), "one number lies in one range");
    }

    [Test]
    public void A_resume_makes_what_it_does_again_void_and_changes_no_value()
    {
        using var folder = new TemporaryFolder();
        using var whole = new TemporaryFolder();
        Fit(new TensorBoard(whole.Path), epochs: 4);
        using var stop = new CancellationTokenSource();
        var batches = 0;

        // Six batches an epoch: it is stopped in the middle of the third.
        Fit(
            new TensorBoard(folder.Path),
            4,
            stop.Token,
            new(folder["backup"]),
            new Recorder
            {
                AtBatchEnd = _ =>
                {
                    if (++batches == 15)
                    {
                        stop.Cancel();
                    }
                },
            });
        Fit(new TensorBoard(folder.Path), 4, default, new(folder["backup"]), new Recorder());

        var events = EventFileReader.Read(folder["train"]);
        Assert.That(events.Where(read => read.IsStart).Select(read => read.Step), Is.EqualTo(new[] { 2L }));
        Assert.That(Values(events), Is.EquivalentTo(Values(EventFileReader.Read(whole["train"]))));

        static IEnumerable<string> Values(List<ReadEvent> events) => events.Where(read => read.Tag is not null).Select(read =>
            $"{read.Step} {read.Tag} {read.Scalar:R} {string.Join(' ', read.Histogram?.Values.SelectMany(values => values) ?? [])}");
    }

    [Test]
    public void Files_are_closed_when_a_later_callback_fails()
    {
        using var folder = new TemporaryFolder();

        Assert.That(
            () =>
                Fit(
                    new TensorBoard(folder.Path),
                    2,
                    default,
                    null,
                    new Recorder { AtEpochEnd = _ => throw new InvalidOperationException() }),
            Throws.InvalidOperationException);

        Assert.That(Scalars(EventFileReader.Read(folder["train"]), "epoch_loss"), Has.Count.EqualTo(1));
        Assert.That(
            () => File.Open(Directory.GetFiles(folder["train"]).Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(),
            Throws.Nothing);
    }

    private static void Check(Dictionary<int, double[]> histogram, float[] values)
    {
        Assert.Multiple(() =>
        {
            Assert.That(histogram[1].Single(), Is.EqualTo(values.Min()));
            Assert.That(histogram[2].Single(), Is.EqualTo(values.Max()));
            Assert.That(histogram[3].Single(), Is.EqualTo(values.Length));
            Assert.That(histogram[4].Single(), Is.EqualTo(values.Sum(value => (double)value)).Within(1e-6));
            Assert.That(histogram[5].Single(), Is.EqualTo(values.Sum(value => (double)value * value)).Within(1e-6));
            Assert.That(histogram[6], Is.Ordered.And.Length.EqualTo(30));
            for (var range = 0; range < 30; range++)
            {
                var (low, high) = (range == 0 ? double.NegativeInfinity : histogram[6][range - 1], histogram[6][range]);
                Assert.That(histogram[7][range], Is.EqualTo(values.Count(value => value > low && value <= high)), $"range {range}");
            }
        });
    }

    private static List<(long Step, float Value)> Scalars(List<ReadEvent> events, string tag) =>
        [.. events.Where(read => read.Tag == tag).Select(read => (read.Step, read.Scalar!.Value))];

    private static List<(long Step, float Value)> Steps(IReadOnlyList<double> values) =>
        [.. values.Select((value, epoch) => ((long)epoch, (float)value))];

    private static History Fit(
        TensorBoard board,
        int epochs,
        CancellationToken token = default,
        Backup? backup = null,
        params Callback[] others)
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(0.01), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        return compiled.Fit(Toy.Points(), Toy.Quiet with
        {
            Epochs = epochs,
            BatchSize = 8,
            ValidationData = Toy.Points(seed: 2),
            Callbacks = [board, .. others],
            Backup = backup,
            CancellationToken = token,
        });
    }
}
