using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class CallbackTests
{
    [Test]
    public void Callbacks_are_called_at_their_moments_in_list_order()
    {
        using var model = LinearModel.Seeded();
        List<string> shared = [];

        Compile(model).Fit(Toy.Points(4, 3), Toy.Quiet with
        {
            BatchSize = 2,
            AccumulateBatches = 2,
            Callbacks = [new Recorder("a") { Shared = shared }, new Recorder("b") { Shared = shared }],
        });

        Assert.That(shared, Is.EqualTo(new[]
        {
            "a: fit begin", "b: fit begin",
            "a: epoch 0 begin", "b: epoch 0 begin",
            "a: batch 0 end", "b: batch 0 end",
            "a: step 0 begin", "b: step 0 begin",
            "a: batch 1 end", "b: batch 1 end",
            "a: epoch 0 end", "b: epoch 0 end",
            "a: fit end", "b: fit end",
        }));
    }

    [Test]
    public void An_exception_reaches_the_caller_after_every_callback_saw_the_end()
    {
        using var model = LinearModel.Seeded();
        List<string> shared = [];
        var fail = new Recorder("a") { Shared = shared, AtEpochEnd = _ => throw new InvalidOperationException("disk full") };

        Assert.That(
            () => Compile(model).Fit(Toy.Points(4, 3), Toy.Quiet with { Callbacks = [fail, new Recorder("b") { Shared = shared }] }),
            Throws.InvalidOperationException.With.Message.EqualTo("disk full"));
        Assert.That(shared.TakeLast(2), Is.EqualTo(new[] { "a: fit end", "b: fit end" }));
    }

    [Test]
    public void Of_several_exceptions_none_is_lost()
    {
        using var model = LinearModel.Seeded();
        var fail = new Recorder
        {
            AtEpochEnd = _ => throw new InvalidOperationException("first"),
            AtFitEnd = _ => throw new InvalidOperationException("second"),
        };

        Assert.That(
            () => Compile(model).Fit(Toy.Points(4, 3), Toy.Quiet with { Callbacks = [fail] }),
            Throws.TypeOf<AggregateException>().With.Property("InnerExceptions").Count.EqualTo(2));
    }

    [Test]
    public void A_callback_can_stop_training_with_the_epoch_and_say_why()
    {
        using var model = LinearModel.Seeded();
        var stop = new Recorder { AtEpochEnd = fit => fit.Stop(StopReason.Callback, "Enough.") };

        var history = Compile(model).Fit(Toy.Points(4, 3), Toy.Quiet with { Epochs = 5, Callbacks = [stop] });

        Assert.That(history.Records, Has.Count.EqualTo(1));
        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.Callback));
        Assert.That(history.Outcome.Message, Is.EqualTo("Enough."));
    }

    [Test]
    public void A_rate_set_before_a_step_holds_for_it_and_stands_in_the_history()
    {
        using var model = LinearModel.Seeded();
        var before = Toy.Weights(model);
        var freeze = new Recorder
        {
            AtStepBegin = fit =>
            {
                foreach (var group in fit.LearningRates)
                {
                    group.LearningRate = 0;
                }
            },
        };

        var history = Compile(model).Fit(Toy.Points(4, 3), Toy.Quiet with { Callbacks = [freeze] });

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
        Assert.That(history.Records[0].LearningRates.Values, Is.All.Zero);
    }

    [Test]
    public void What_a_callback_reports_stands_in_the_history()
    {
        using var model = LinearModel.Seeded();

        var history = Compile(model)
            .Fit(Toy.Points(4, 3), Toy.Quiet with { Epochs = 2, Callbacks = [new Scripted("forgotten", 0.25, 0.5)] });

        Assert.That(history["forgotten"], Is.EqualTo(new[] { 0.25, 0.5 }));
    }

    private static CompiledModel Compile(LinearModel model) =>
        CompiledModel.Compile(model, Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), []);
}
