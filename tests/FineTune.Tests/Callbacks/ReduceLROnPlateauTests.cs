using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class ReduceLROnPlateauTests
{
    private const string Score = "score";

    [Test]
    public void Rates_fall_by_the_factor_after_patience_epochs_without_improvement() =>
        Assert.That(
            Rates([5, 4, 4, 4, 4], new ReduceLROnPlateau(Score, factor: 0.5, patience: 2, mode: MonitorMode.Min)),
            Is.EqualTo(new[] { 1, 1, 1, 1, 0.5 }));

    [Test]
    public void The_least_difference_is_absolute_and_must_be_exceeded() =>
        Assert.That(
            Rates(
                [1000, 999.9, 999.8, 999.7],
                new ReduceLROnPlateau(Score, factor: 0.5, patience: 1, minDelta: 0.2, mode: MonitorMode.Min)),
            Is.EqualTo(new[] { 1, 1, 0.5, 0.25 }).Within(1e-12));

    [Test]
    public void Nothing_is_counted_while_cooling_down() =>
        Assert.That(
            Rates([5, 5, 5, 5, 5, 5, 5], new ReduceLROnPlateau(Score, factor: 0.5, patience: 1, cooldown: 2, mode: MonitorMode.Min)),
            Is.EqualTo(KerasWithCooldown()));

    [Test]
    public void No_rate_falls_beneath_the_floor() =>
        Assert.That(
            Rates([5, 5, 5, 5, 5], new ReduceLROnPlateau(Score, factor: 0.1, patience: 1, minLearningRate: 0.05, mode: MonitorMode.Min)),
            Is.EqualTo(new[] { 1, 1, 0.1, 0.05, 0.05 }).Within(1e-12));

    [Test]
    public void Every_group_falls_and_their_ratio_stays()
    {
        using var model = new RatedMlp();
        model.FreezeBackbone();
        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeBackbone();
        var compiled = model.Recompile(0.1);
        compiled.LearningRates[0].LearningRate = 0.01;

        compiled.Fit(Toy.Points(8), Toy.Quiet with
        {
            Epochs = 2,
            Callbacks = [new Scripted(Score, 5, 5), new ReduceLROnPlateau(Score, factor: 0.5, patience: 1, mode: MonitorMode.Min)],
        });

        Assert.That(compiled.LearningRates.Select(group => group.LearningRate), Is.EqualTo(new[] { 0.005, 0.05 }).Within(1e-12));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void A_factor_that_does_not_lower_is_an_error(double factor) =>
        Assert.That(() => new ReduceLROnPlateau(factor: factor), Throws.TypeOf<ArgumentOutOfRangeException>());

    // keras/src/callbacks/reduce_lr_on_plateau.py, on_epoch_end, with factor 0.5, patience 1 and cooldown 2.
    private static List<double> KerasWithCooldown()
    {
        var (rate, best, wait, cooling) = (1.0, double.PositiveInfinity, 0, 0);
        var used = new List<double>();
        foreach (var current in new double[] { 5, 5, 5, 5, 5, 5, 5 })
        {
            used.Add(rate);
            if (cooling > 0)
            {
                cooling--;
                wait = 0;
            }

            if (current < best - 1e-4)
            {
                best = current;
                wait = 0;
            }
            else if (cooling <= 0)
            {
                wait++;
                if (wait >= 1)
                {
                    rate *= 0.5;
                    cooling = 2;
                    wait = 0;
                }
            }
        }

        return used;
    }

    // Nothing improves, so that each epoch after the first halves the rate.
    [TestCase(true)]
    [TestCase(false)]
    public void It_multiplies_what_a_schedule_sets_whichever_comes_first(bool scheduleFirst)
    {
        var (constant, exponential) = (LearningRateSchedule.Constant(), LearningRateSchedule.Exponential(0.1));

        Assert.That(Train(constant), Is.EqualTo(new[] { 1, 1, 0.5, 0.25 }).Within(1e-12));
        Assert.That(Train(exponential), Is.EqualTo(new[] { 1, 0.1, 0.005, 0.00025 }).Within(1e-12));

        double[] Train(LearningRateSchedule schedule)
        {
            var plateau = new ReduceLROnPlateau(Score, factor: 0.5, patience: 1, mode: MonitorMode.Min);
            return [.. Fit([3, 3, 3, 3], scheduleFirst ? [schedule, plateau] : [plateau, schedule])
                .Records.Select(record => record.LearningRates["head"])];
        }
    }

    [Test]
    public void A_callback_that_sets_the_rate_over_it_is_a_warning_that_says_how_both_go_together()
    {
        var constant = new Recorder { AtEpochBegin = fit => fit.LearningRates[0].LearningRate = 1 };
        var scheduled = new Recorder { AtEpochBegin = fit => fit.LearningRates[0].Schedule(1) };

        Assert.That(
            Fit([3, 3, 3, 3], Reduce(), constant).Warnings.Select(warning => warning.Message),
            Has.Exactly(1).Contains("LearningRateGroup.Schedule, which keeps what was lowered"));
        Assert.That(Fit([3, 3, 3, 3], Reduce(), scheduled).Warnings, Is.Empty);

        static ReduceLROnPlateau Reduce() => new(Score, factor: 0.5, patience: 1, mode: MonitorMode.Min);
    }

    [Test]
    public void A_schedule_of_the_next_fit_starts_from_the_rate_that_was_compiled()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());
        var options = Toy.Quiet with { Epochs = 3, ClipNorm = 1e-3 };
        compiled.Fit(Toy.Points(8, 3), options with
        {
            Callbacks = [new Scripted(Score, 3, 3, 3), new ReduceLROnPlateau(Score, patience: 1, mode: MonitorMode.Min)],
        });

        var history = compiled.Fit(Toy.Points(8, 3), options with { Callbacks = [LearningRateSchedule.Constant()] });

        Assert.That(history.Records.Select(record => record.LearningRates["head"]), Is.All.EqualTo(1));
    }

    private static List<double> Rates(double[] values, ReduceLROnPlateau reduce) =>
        [.. Fit(values, reduce).Records.Select(record => record.LearningRates["head"])];

    private static History Fit(double[] values, params Callback[] callbacks)
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());
        return compiled.Fit(Toy.Points(8, 3), Toy.Quiet with
        {
            Epochs = values.Length,
            ClipNorm = 1e-3,
            Callbacks = [new Scripted(Score, values), .. callbacks],
        });
    }
}
