using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class EarlyStoppingTests
{
    private const string Score = "score";

    [Test]
    public void Watches_the_validation_loss_unless_told_otherwise()
    {
        using var model = LinearModel.Seeded();
        var history = Compile(model).Fit(Toy.Points(features: 3), Toy.Quiet with
        {
            ValidationData = Toy.Points(features: 3, seed: 9),
            Callbacks = [new EarlyStopping()],
        });

        Assert.That(history.Outcome.Best!.Monitor, Is.EqualTo("val_loss"));
    }

    [Test]
    public void A_value_that_nobody_produces_is_an_error_before_the_first_epoch_that_lists_what_there_is()
    {
        using var model = LinearModel.Seeded();
        var before = Toy.Weights(model);

        Assert.That(
            () => Compile(model).Fit(Toy.Points(features: 3), Toy.Quiet with { Callbacks = [new EarlyStopping("val_loss")] }),
            Throws.TypeOf<FineTuneException>()
                .With.Message.Contains("'val_loss', which nobody produces; there is loss, accuracy")
                .And.Message.Contains("ValidationData"));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [TestCase("loss", 3)]
    [TestCase("accuracy", 0)]
    public void The_direction_of_a_known_value_is_told_from_its_name(string monitor, int best)
    {
        double[] falling = [0.9, 0.8, 0.7, 0.6];
        var overwrite = new Scripted(monitor, falling);

        var history = Run(falling, new EarlyStopping(monitor, patience: 9), overwrite);

        Assert.That(history.Outcome.Best!.Epoch, Is.EqualTo(best));
    }

    [Test]
    public void A_direction_that_nobody_knows_is_an_error_in_mode_auto() =>
        Assert.That(
            () => Run([1], new EarlyStopping(Score)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("smaller or larger values of 'score'"));

    [TestCase(MonitorMode.Min, new[] { 1.0, 1.0, 1.0 }, 0, TestName = "An_equal_value_is_no_improvement_in_mode_min")]
    [TestCase(MonitorMode.Max, new[] { 1.0, 1.0, 1.0 }, 0, TestName = "An_equal_value_is_no_improvement_in_mode_max")]
    [TestCase(MonitorMode.Min, new[] { 1.0, 0.9, 0.95 }, 1, TestName = "Less_is_better_in_mode_min")]
    [TestCase(MonitorMode.Max, new[] { 1.0, 0.9, 1.1 }, 2, TestName = "More_is_better_in_mode_max")]
    public void Improvement_is_strict(MonitorMode mode, double[] values, int best) =>
        Assert.That(Run(values, new EarlyStopping(Score, patience: 9, mode: mode)).Outcome.Best!.Epoch, Is.EqualTo(best));

    [TestCase(MonitorMode.Min, 0.25, new[] { 1.0, 0.75, 0.5 }, 2)]
    [TestCase(MonitorMode.Min, -0.25, new[] { 1.0, 0.75, 0.5 }, 2)]
    [TestCase(MonitorMode.Max, 0.25, new[] { 1.0, 1.25, 1.5 }, 2)]
    [TestCase(MonitorMode.Max, -0.25, new[] { 1.0, 1.25, 1.5 }, 2)]
    public void A_difference_that_only_equals_the_least_one_does_not_count(MonitorMode mode, double minDelta, double[] values, int best) =>
        Assert.That(
            Run(values, new EarlyStopping(Score, patience: 9, minDelta: minDelta, mode: mode)).Outcome.Best!.Epoch, Is.EqualTo(best));

    [TestCase(0, 2)]
    [TestCase(1, 2)]
    [TestCase(2, 3)]
    [TestCase(3, 4)]
    public void Patience_is_the_epochs_without_improvement_after_which_it_stops_and_zero_behaves_as_one(int patience, int epochs) =>
        Assert.That(
            Run([1, 2, 2, 2, 2, 2], new EarlyStopping(Score, patience, mode: MonitorMode.Min)).Records, Has.Count.EqualTo(epochs));

    [Test]
    public void An_improvement_starts_patience_anew() =>
        Assert.That(
            Run([5, 6, 4, 6, 3, 6, 6, 6], new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min)).Records, Has.Count.EqualTo(7));

    [Test]
    public void The_first_monitored_epoch_never_stops()
    {
        var stopping = new EarlyStopping(Score, patience: 0, mode: MonitorMode.Min, stopOnNonFinite: false);

        Assert.That(Run([double.NaN, 1, 2], stopping).Records, Has.Count.EqualTo(3));
    }

    [Test]
    public void Below_the_baseline_an_improvement_is_kept_but_patience_runs_on()
    {
        // 5, 4 and 3 are improvements that do not beat the baseline of 2, so the epoch that does not improve stops.
        var history = Run([5, 4, 3, 3, 3], new EarlyStopping(Score, patience: 3, mode: MonitorMode.Min, baseline: 2));

        Assert.That(history.Records, Has.Count.EqualTo(4));
        Assert.That(history.Outcome.Best!.Epoch, Is.EqualTo(2));
    }

    [Test]
    public void An_improvement_that_beats_the_baseline_starts_patience_anew() =>
        Assert.That(
            Run([5, 4, 1, 3, 3, 3, 3], new EarlyStopping(Score, patience: 3, mode: MonitorMode.Min, baseline: 2)).Records,
            Has.Count.EqualTo(6));

    [Test]
    public void Epochs_before_the_first_that_counts_neither_wait_nor_are_best()
    {
        var history = Run([0, 9, 9, 5, 6, 6], new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min, startFromEpoch: 3));

        Assert.That(history.Outcome.Best!.Epoch, Is.EqualTo(3));
        Assert.That(history.Records, Has.Count.EqualTo(6));
    }

    [Test]
    public void The_first_epoch_that_counts_is_an_absolute_number()
    {
        var history = Run([0, 5, 6, 6], new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min, startFromEpoch: 11), initialEpoch: 10);

        Assert.That(history.Outcome.Best!.Epoch, Is.EqualTo(11));
    }

    [TestCase(double.NaN)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(double.PositiveInfinity)]
    public void What_is_not_finite_is_never_best_not_even_first(double first)
    {
        var stopping = new EarlyStopping(Score, patience: 9, mode: MonitorMode.Min, stopOnNonFinite: false);

        Assert.That(Run([first, 3, 4], stopping).Outcome.Best, Is.EqualTo(new BestEpoch(1, Score, 3)));
    }

    [Test]
    public void What_is_not_finite_stops_training_and_says_so()
    {
        var history = Run([3, double.NaN, 1], new EarlyStopping(Score, patience: 9, mode: MonitorMode.Min));

        Assert.That(history.Records, Has.Count.EqualTo(2));
        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.NonFinite));
        Assert.That(history.Outcome.Message, Does.Contain("after epoch 1: score is NaN").And.Contain("best in epoch 0"));
    }

    [Test]
    public void A_stop_states_its_reason_and_the_best_epoch()
    {
        var history = Run([3, 1, 2, 2], new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min));

        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.EarlyStopping));
        Assert.That(history.Outcome.Message, Is.EqualTo(
            "Training stopped after epoch 3: score has not improved for 2 epochs. It was best in epoch 1, at 1."));
        Assert.That(history.Outcome.Best, Is.EqualTo(new BestEpoch(1, Score, 1)));
    }

    [Test]
    public void State_starts_anew_with_each_fit()
    {
        var stopping = new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min);
        Run([1, 2, 2], stopping);

        var second = Run([9, 8, 9, 9], stopping);

        Assert.That(second.Outcome.Best, Is.EqualTo(new BestEpoch(1, Score, 8)));
        Assert.That(second.Records, Has.Count.EqualTo(4));
    }

    [Test]
    public void The_best_weights_come_back_after_an_early_stop() =>
        AssertRestored([3, 1, 2, 2], new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min));

    [Test]
    public void The_best_weights_come_back_after_the_last_epoch() =>
        AssertRestored([3, 1, 2, 2], new EarlyStopping(Score, patience: 9, mode: MonitorMode.Min));

    [Test]
    public void The_best_weights_come_back_after_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        var cancel = new Recorder
        {
            AtBatchEnd = fit =>
            {
                if (fit is { Epoch: 3, Batch: 0 })
                {
                    cancellation.Cancel();
                }
            },
        };

        var history = AssertRestored(
            [3, 1, 2, 2, 2], new EarlyStopping(Score, patience: 9, mode: MonitorMode.Min), cancel, cancellation.Token);

        Assert.That(history!.Outcome.Reason, Is.EqualTo(StopReason.Cancelled));
    }

    [Test]
    public void The_best_weights_come_back_before_the_exception_of_a_later_callback_reaches_the_caller()
    {
        var fail = new Recorder
        {
            AtEpochEnd = fit =>
            {
                if (fit.Epoch == 2)
                {
                    throw new InvalidOperationException("disk full");
                }
            },
        };

        AssertRestored([3, 1, 2, 2], new EarlyStopping(Score, patience: 9, mode: MonitorMode.Min), fail, expected: "disk full");
    }

    [Test]
    public void The_weights_of_the_last_epoch_stay_when_restoring_is_off()
    {
        using var model = Mlp.Seeded();
        var last = new Dictionary<string, float[]>();

        var history = Compile(model).Fit(Toy.Points(), Toy.Quiet with
        {
            Epochs = 4,
            Callbacks =
            [
                new Scripted(Score, 3, 1, 2, 2),
                new EarlyStopping(Score, patience: 2, mode: MonitorMode.Min, restoreBestWeights: false),
                new Recorder { AtEpochEnd = fit => last = Toy.Weights(fit.Model) },
            ],
        });

        Assert.That(Toy.Changed(last, Toy.Weights(model)), Is.Empty);
        Assert.That(history.Outcome.WeightsRestored, Is.False);
        Assert.That(history.Outcome.Best!.Epoch, Is.EqualTo(1));
    }

    private static CompiledModel Compile<TModel>(TModel model)
        where TModel : TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>, IFineTunable =>
        CompiledModel.Compile(model, Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), [Metrics.BinaryAccuracy()]);

    private static History Run(double[] values, EarlyStopping stopping, Callback? instead = null, int initialEpoch = 0)
    {
        using var model = LinearModel.Seeded();
        return Compile(model).Fit(Toy.Points(8, 3), Toy.Quiet with
        {
            InitialEpoch = initialEpoch,
            Epochs = initialEpoch + values.Length,
            Callbacks = [instead ?? new Scripted(Score, values), stopping],
        });
    }

    // The model has batch normalization that trains, so that the buffers of its best epoch differ from the last ones.
    private static History? AssertRestored(
        double[] values, EarlyStopping stopping, Callback? later = null, CancellationToken token = default, string? expected = null)
    {
        using var model = new RatedMlp();
        Dictionary<string, float[]> best = [];
        var keep = new Recorder
        {
            AtEpochEnd = fit =>
            {
                if (fit.Epoch == 1)
                {
                    best = Toy.Weights(fit.Model);
                }
            },
        };
        var compiled = Compile(model);
        var options = Toy.Quiet with
        {
            Epochs = values.Length,
            Callbacks = later is null
                ? [new Scripted(Score, values), stopping, keep]
                : [new Scripted(Score, values), stopping, keep, later],
            CancellationToken = token,
        };

        History? history = null;
        if (expected is null)
        {
            history = compiled.Fit(Toy.Points(), options);
            Assert.That(history.Outcome.WeightsRestored, Is.True);
        }
        else
        {
            Assert.That(() => compiled.Fit(Toy.Points(), options), Throws.InvalidOperationException.With.Message.EqualTo(expected));
        }

        Assert.That(best, Contains.Key("backbone.bn.running_mean"));
        Assert.That(Toy.Changed(best, Toy.Weights(model)), Is.Empty);
        return history;
    }
}
