using FineTune.Data;
using FineTune.Tests.Models;

namespace FineTune.Tests;

/// <summary>A training that goes on with one thing changed: it is listed, and takes effect where it is allowed.</summary>
public sealed class BackupDifferencesTests
{
    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    private static IEnumerable<Change> Changes()
    {
        yield return Case("the learning rate", "LearningRates was backbone 0.01, head 0.01 and is backbone 0.02, head 0.02",
            run => run with { Optimizer = Optimizers.Adam(0.02) });
        yield return Case("weight decay",
            "OptimizerOptions was Adam(beta1: 0.9, beta2: 0.999, epsilon: 1E-08, weightDecay: 0, decayBiasAndNorm: True, "
                + "masterWeights: False) and is Adam(beta1: 0.9, beta2: 0.999, epsilon: 1E-08, weightDecay: 0.1, decayBiasAndNorm: True, "
                + "masterWeights: False)",
            run => run with { Optimizer = Optimizers.Adam(0.01, weightDecay: 0.1) });
        yield return Case("a moment's decay", "beta1: 0.8", run => run with { Optimizer = Optimizers.Adam(0.01, beta1: 0.8) });
        yield return Case("the optimizer", "Optimizer was Adam and is SGD", run => run with { Optimizer = Optimizers.SGD(0.01) });
        yield return Case("label smoothing", "labelSmoothing: 0.1",
            run => run with { Loss = Losses.BinaryCrossEntropyWithLogits(labelSmoothing: 0.1) });
        yield return Case("the weight of positives", "positiveWeight: 2",
            run => run with { Loss = Losses.BinaryCrossEntropyWithLogits(positiveWeight: 2) });
        yield return Case("a metric's threshold", "Metrics was accuracy(threshold: 0.5) and is accuracy(threshold: 0.7)",
            run => run with { Metric = Metrics.BinaryAccuracy(0.7) });
        yield return Case("patience", "patience: 7", run => run with { Callback = new EarlyStopping("loss", patience: 7) });
        yield return Case("a callback", "Callbacks was EarlyStopping(", run => run with { Callback = new ReduceLROnPlateau("loss") });
        yield return Case("other data of equal count", "TrainingData was 48 samples (",
            run => run with { Data = Toy.Points(features: 3, seed: 8) });
        yield return Case("other data that has no identity", "TrainingData was 48 samples (",
            run => run with { Data = new Anonymous(Toy.Points(features: 3, seed: 8)) });
        yield return Case("validation data", "ValidationData was none and is 48 samples (",
            run => run with { Options = run.Options with { ValidationData = Toy.Points(features: 3) } });
        yield return Case("clipping", "ClipNorm was none and is 0.5", run => run with { Options = run.Options with { ClipNorm = 0.5 } });
        yield return Case("accumulation", "AccumulateBatches was 1 and is 2",
            run => run with { Options = run.Options with { AccumulateBatches = 2 } });

        static Change Case(string name, string sentence, Func<Run, Run> change) => new(name, sentence, change);
    }

    [TestCaseSource(nameof(Changes))]
    public void One_thing_changed_is_an_error_that_says_what_it_was_and_is(Change change)
    {
        Cut(new Run());

        Assert.That(
            () => Train(change.Of(new Run())),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(change.Sentence).And.Message.Contains("allowDifferences of Backup"));
        Assert.That(Train(change.Of(new Run()), allow: true).Warnings[^1].Message, Does.Contain(change.Sentence));
    }

    [Test]
    public void A_learning_rate_that_is_stated_anew_takes_effect_where_it_is_allowed()
    {
        Cut(new Run());

        var history = Train(new Run { Optimizer = Optimizers.Adam(0.02) }, allow: true);

        Assert.That(history.Records.Select(record => record.LearningRates["head"]), Is.EqualTo([0.01, 0.01, 0.02, 0.02]));
        Assert.That(history.Warnings.Select(warning => warning.Kind), Is.EqualTo([WarningKind.ResumedWithDifferences]));
    }

    [Test]
    public void A_rate_that_was_lowered_stays_so_under_one_that_is_stated_anew()
    {
        var run = new Run { Callback = new ReduceLROnPlateau("loss", patience: 1, factor: 0.5, minDelta: 100) };
        Cut(run);

        var history = Train(
            run with { Optimizer = Optimizers.Adam(0.04), Callback = new ReduceLROnPlateau("loss", patience: 9, minDelta: 100) },
            allow: true);

        Assert.That(history.Records[2].LearningRates["head"], Is.EqualTo(0.02), "half of it, as the one before was halved");
    }

    [Test]
    public void More_patience_takes_effect_after_an_early_stop()
    {
        // Nothing is ever better by a hundred.
        var run = new Run { Callback = new EarlyStopping("loss", patience: 1, minDelta: 100) };
        Assert.That(Train(run).Records, Has.Count.EqualTo(2));

        var history = Train(run with { Callback = new EarlyStopping("loss", patience: 2, minDelta: 100) }, allow: true);

        Assert.That(history.Records, Has.Count.EqualTo(3));
        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.EarlyStopping));
    }

    [Test]
    public void A_callback_that_is_added_begins_anew_and_others_go_on()
    {
        Cut(new Run());
        var stopping = new EarlyStopping("loss", patience: 3);

        Train(new Run { Callback = stopping, First = new ReduceLROnPlateau("loss") }, allow: true);

        Assert.That(stopping.Best, Is.Not.Null);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_finished_fit_that_is_asked_for_more_epochs_trains_them_as_if_it_had_been_asked_at_once(int keep)
    {
        var run = new Run { Callback = new EarlyStopping("loss", patience: 50, minDelta: 100) };
        var whole = Train(run with { Folder = "whole" });
        var first = Train(run with { Options = run.Options with { Epochs = 2 } }, keep: keep);

        var more = Train(run, keep: keep);

        Assert.That(first.Outcome.Best!.Epoch, Is.Zero, "whose weights came back, and are not those to go on from");
        Assert.That(more["loss"], Is.EqualTo(whole["loss"]));
        Assert.That(more.Outcome.Message, Is.EqualTo("All epochs ran, up to epoch 3."));
        Assert.That(more.Warnings, Is.Empty);
    }

    [Test]
    public void A_schedule_that_is_drawn_over_another_number_of_epochs_says_so()
    {
        var run = new Run { Callback = LearningRateSchedule.Cosine() };
        Train(run with { Options = run.Options with { Epochs = 2 } });

        var history = Train(run);

        Assert.That(history.Records, Has.Count.EqualTo(4));
        Assert.That(history.Warnings.Single().Message, Does.Contain("drawn over 2 epochs and is now drawn over 4"));
    }

    [Test]
    public void Fewer_epochs_than_have_run_are_an_error_and_where_allowed_no_epoch()
    {
        Train(new Run());
        var fewer = new Run { Options = Toy.Quiet with { Epochs = 2 } };

        Assert.That(() => Train(fewer), Throws.TypeOf<FineTuneException>().With.Message.Contains(
            "Epochs is 2, but 4 epochs of it have run. Undo the change, raise Epochs, as this training was finished, or delete the "
                + "folder"));
        Assert.That(Train(fewer, allow: true).Outcome.Message, Does.StartWith("No epoch ran, as the training was finished."));
    }

    [Test]
    public void A_finished_training_with_something_changed_advises_nothing_with_which_no_epoch_runs()
    {
        Train(new Run());

        Assert.That(
            () => Train(new Run { Optimizer = Optimizers.Adam(0.02) }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("raise Epochs").And.Message.Not.Contains("allowDifferences"));
    }

    [Test]
    public void Samples_that_are_another_each_time_tell_nothing()
    {
        var random = new Run { Data = new Unsteady(Toy.Points(features: 3)) };
        Cut(random);

        Assert.That(Train(random).Records, Has.Count.EqualTo(4));
    }

    // Two epochs of four.
    private void Cut(Run run)
    {
        using var stop = new CancellationTokenSource();
        var cut = new Recorder
        { AtEpochBegin = fit => { if (fit.Epoch == 2) { fit.Stop(StopReason.Cancelled, "Stopped by the test."); } } };
        Assert.That(Train(run, more: cut).Records, Has.Count.EqualTo(2));
    }

    private History Train(Run run, bool allow = false, int keep = 2, Callback? more = null)
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(run.Optimizer, run.Loss, run.Metric);
        return compiled.Fit(run.Data, run.Options with
        {
            Callbacks = [.. new[] { run.First, run.Callback }.OfType<Callback>(), more ?? new Recorder()],
            Backup = new(folder[run.Folder], keep: keep, allowDifferences: allow),
        });
    }

    public sealed record Change(string Name, string Sentence, Func<Run, Run> Of)
    {
        public override string ToString() => Name;
    }

    public sealed record Run
    {
        public string Folder { get; init; } = "backup";

        public OptimizerConfig Optimizer { get; init; } = Optimizers.Adam(0.01);

        public Loss Loss { get; init; } = Losses.BinaryCrossEntropyWithLogits();

        public Metric Metric { get; init; } = Metrics.BinaryAccuracy();

        public Callback? First { get; init; }

        public Callback Callback { get; init; } = new EarlyStopping("loss", patience: 3);

        public IDataset Data { get; init; } = Toy.Points(features: 3);

        public FitOptions Options { get; init; } = Toy.Quiet with { Epochs = 4 };
    }

    private class Anonymous(IDataset data) : IDataset
    {
        public int Count => data.Count;

        public virtual Sample Read(int index, Random random) => data.Read(index, random);
    }

    private sealed class Unsteady(IDataset data) : Anonymous(data)
    {
        private int reads;

        public override Sample Read(int index, Random random)
        {
            var sample = base.Read(index, random);
            return sample with { Input = sample.Input + Interlocked.Increment(ref reads) / 1e6f };
        }
    }
}
