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

    private static List<double> Rates(double[] values, ReduceLROnPlateau reduce)
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());
        var history = compiled.Fit(Toy.Points(8, 3), Toy.Quiet with
        {
            Epochs = values.Length,
            ClipNorm = 1e-3,
            Callbacks = [new Scripted(Score, values), reduce],
        });
        return [.. history.Records.Select(record => record.LearningRates["head"])];
    }
}
