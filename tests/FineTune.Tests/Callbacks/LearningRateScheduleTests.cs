using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class LearningRateScheduleTests
{
    [Test]
    public void Two_schedules_are_an_error_that_names_both()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());

        Assert.That(
            () => compiled.Fit(Toy.Points(8, 3), Toy.Quiet with
            {
                Callbacks = [LearningRateSchedule.Constant(warmup: 1), LearningRateSchedule.Cosine()],
            }),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
                "There are two learning-rate schedules, LearningRateSchedule.Constant(warmup: 1, per: Step) and "
                    + "LearningRateSchedule.Cosine(warmup: 0, floor: 0, per: Step)"));
    }

    [Test]
    public void Step_drops_every_so_many_epochs() =>
        Assert.That(PerEpoch(LearningRateSchedule.Step(every: 2, gamma: 0.5), 5), Is.EqualTo(new[] { 1, 1, 0.5, 0.5, 0.25 }));

    [Test]
    public void Exponential_falls_each_epoch() =>
        Assert.That(PerEpoch(LearningRateSchedule.Exponential(0.5), 3), Is.EqualTo(new[] { 1, 0.5, 0.25 }));

    [Test]
    public void Exponential_per_step_falls_as_far_in_an_epoch() =>
        Assert.That(
            PerStep(LearningRateSchedule.Exponential(0.25, SchedulePer.Step), 2), Is.EqualTo(new[] { 1, 0.5, 0.25, 0.125 }).Within(1e-12));

    [Test]
    public void Constant_warms_up_step_by_step() =>
        Assert.That(PerStep(LearningRateSchedule.Constant(warmup: 2), 3), Is.EqualTo(new[] { 0.25, 0.5, 0.75, 1, 1, 1 }));

    [Test]
    public void Cosine_falls_from_one_to_the_floor_after_its_warm_up()
    {
        var factors = PerEpoch(LearningRateSchedule.Cosine(warmup: 2, floor: 0.2, per: SchedulePer.Epoch), 6);

        Assert.That(factors, Is.EqualTo(new[]
        {
            0.5, 1, 1, 0.2 + 0.8 * (1 + Math.Cos(Math.PI / 4)) / 2, 0.6, 0.2 + 0.8 * (1 + Math.Cos(3 * Math.PI / 4)) / 2,
        }).Within(1e-12));
    }

    [Test]
    public void One_cycle_is_that_of_PyTorch() =>

        // torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10): the rate of each step.
        Assert.That(PerStep(LearningRateSchedule.OneCycle(), 5), Is.EqualTo(new[]
        {
            0.04, 0.52, 1, 0.9504846320, 0.8117456539, 0.6112620219, 0.3887419781, 0.1882583461, 0.0495193680, 0.000004,
        }).Within(1e-9));

    [Test]
    public void A_function_of_one_s_own_is_a_schedule() =>
        Assert.That(PerEpoch(LearningRateSchedule.Of(time => 1 / (1 + time.Epochs)), 3), Is.EqualTo(new[] { 1, 0.5, 1.0 / 3 }));

    [Test]
    public void Every_group_follows_at_its_own_rate()
    {
        using var model = new RatedMlp();
        model.FreezeBackbone();
        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeBackbone();
        var compiled = model.Recompile(0.1);

        var history = compiled.Fit(Toy.Points(8), Toy.Quiet with { Epochs = 2, Callbacks = [LearningRateSchedule.Step(1, 0.5)] });

        Assert.That(history.Records[1].LearningRates.Values, Is.All.EqualTo(0.05).Within(1e-12));
    }

    [Test]
    public void Groups_that_a_later_phase_adds_follow_too()
    {
        using var model = LinearModel.Seeded();
        var schedule = LearningRateSchedule.Exponential(0.5);
        var options = Toy.Quiet with { Epochs = 2, ClipNorm = 1e-3, Callbacks = [schedule] };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());
        compiled.Fit(Toy.Points(8, 3), options);

        model.UnfreezeBackbone();
        var history = model.Recompile(0.1).Fit(Toy.Points(8, 3), options);

        Assert.That(history.Records.Select(record => record.LearningRates["backbone"]), Is.EqualTo(new[] { 0.1, 0.05 }).Within(1e-12));
        Assert.That(history.Records.Select(record => record.LearningRates["head"]), Is.EqualTo(new[] { 0.1, 0.05 }).Within(1e-12));
    }

    [Test]
    public void Time_starts_anew_with_each_fit()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());

        var history = compiled.Fit(Toy.Points(8, 3), Toy.Quiet with
        {
            InitialEpoch = 7,
            Epochs = 9,
            ClipNorm = 1e-3,
            Callbacks = [LearningRateSchedule.Step(1, 0.5)],
        });

        Assert.That(history.Records.Select(record => record.LearningRates["head"]), Is.EqualTo(new[] { 1, 0.5 }));
    }

    private static List<double> PerEpoch(LearningRateSchedule schedule, int epochs)
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());
        return [.. compiled.Fit(Toy.Points(8, 3), Toy.Quiet with { Epochs = epochs, ClipNorm = 1e-3, Callbacks = [schedule] })
            .Records.Select(record => record.LearningRates["head"])];
    }

    // Two steps an epoch.
    private static List<double> PerStep(LearningRateSchedule schedule, int epochs)
    {
        using var model = LinearModel.Seeded();
        var rates = new List<double>();
        model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(8, 3), Toy.Quiet with
        {
            Epochs = epochs,
            BatchSize = 4,
            ClipNorm = 1e-3,
            Callbacks = [schedule, new Recorder { AtStepBegin = fit => rates.Add(fit.LearningRates[0].LearningRate) }],
        });
        return rates;
    }
}
