using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class FitTests
{
    [Test]
    public void Epochs_run_from_the_initial_one_to_the_last_but_one()
    {
        using var model = LinearModel.Seeded();
        var history = Compile(model).Fit(Points, Toy.Quiet with { InitialEpoch = 3, Epochs = 5 });

        Assert.That(history.Records.Select(record => record.Epoch), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(history.NextEpoch, Is.EqualTo(5));
        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.Completed));
        Assert.That(history.Outcome.Message, Is.EqualTo("All epochs ran, up to epoch 4."));
    }

    [Test]
    public void No_epoch_runs_when_the_initial_one_is_the_number_of_epochs()
    {
        using var model = LinearModel.Seeded();
        var history = Compile(model).Fit(Points, Toy.Quiet with { InitialEpoch = 5, Epochs = 5 });

        Assert.That(history.Records, Is.Empty);
        Assert.That(history.NextEpoch, Is.EqualTo(5));
    }

    [Test]
    public void A_second_phase_goes_on_numbering_and_both_histories_join()
    {
        using var model = LinearModel.Seeded();
        model.FreezeBackbone();
        var head = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(Points, Toy.Quiet with { Epochs = 2 });
        model.UnfreezeLast(1);
        var fine = model.Recompile().Fit(Points, Toy.Quiet with { InitialEpoch = head.NextEpoch, Epochs = head.NextEpoch + 2 });

        var both = head.Concat(fine);

        Assert.That(both.Records.Select(record => (record.Epoch, record.Phase.Kind)), Is.EqualTo(new[]
        {
            (0, PhaseKind.Head), (1, PhaseKind.Head), (2, PhaseKind.FineTune), (3, PhaseKind.FineTune),
        }));
        Assert.That(both["loss"], Is.EqualTo(head["loss"].Concat(fine["loss"])));
        Assert.That(both.Outcome, Is.SameAs(fine.Outcome));
        Assert.That(both.Steps, Is.EqualTo(head.Steps + fine.Steps));
    }

    [Test]
    public void History_has_losses_metrics_rates_time_throughput_and_phase_of_each_epoch()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeLast(3);
        var history = Compile(model).Fit(Toy.Points(), Toy.Quiet with { ValidationData = Toy.Points(seed: 3) });

        var record = history.Records[0];
        Assert.That(record.Metrics.Keys, Is.EquivalentTo(new[] { "loss", "accuracy", "val_loss", "val_accuracy" }));
        Assert.That(record.LearningRates, Is.EqualTo(new Dictionary<string, double> { ["backbone"] = 0.1, ["head"] = 0.1 }));
        Assert.That(record.Seconds, Is.GreaterThan(0));
        Assert.That(record.SamplesPerSecond, Is.GreaterThan(0));
        Assert.That(record.Phase, Is.EqualTo(Phase.Last(3)));
        Assert.That(() => record["val_auc"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("val_accuracy"));
        Assert.That(() => history["val_auc"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("val_accuracy"));
    }

    [Test]
    public void Training_makes_the_loss_smaller()
    {
        using var model = Mlp.Seeded();
        var history = Compile(model).Fit(Toy.Points(), Toy.Quiet with { Epochs = 20, BatchSize = 8 });

        Assert.That(history["loss"][^1], Is.LessThan(0.8 * history["loss"][0]));
    }

    [Test]
    public void The_last_partial_batch_counts_unless_it_is_dropped()
    {
        using var model = LinearModel.Seeded();
        var compiled = Compile(model);
        Assert.That(compiled.Fit(Points, Toy.Quiet with { BatchSize = 20 }).Steps, Is.EqualTo(3));
        Assert.That(compiled.Fit(Points, Toy.Quiet with { BatchSize = 20, DropLast = true }).Steps, Is.EqualTo(2));
        Assert.That(
            () => compiled.Fit(Points, Toy.Quiet with { BatchSize = 64, DropLast = true }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("No batch is left"));
    }

    [Test]
    public void Loss_and_metrics_are_exact_over_an_epoch_of_unequal_batches()
    {
        using var model = LinearModel.Seeded();
        model.FreezeBackbone();
        var still = CompiledModel.Compile(model, Optimizers.SGD(1e-30), Losses.BinaryCrossEntropyWithLogits(), [Metrics.BinaryAccuracy()]);
        var whole = still.Evaluate(Points, batchSize: 48);

        var epoch = still.Fit(Points, Toy.Quiet with { BatchSize = 20, ValidationData = Points, ValidationBatchSize = 7 }).Records[0];

        Assert.That(epoch["loss"], Is.EqualTo(whole.Loss).Within(1e-6));
        Assert.That(epoch["accuracy"], Is.EqualTo(whole["accuracy"]));
        Assert.That(epoch["val_loss"], Is.EqualTo(whole.Loss).Within(1e-6));
        Assert.That(epoch["val_accuracy"], Is.EqualTo(whole["accuracy"]));
    }

    [Test]
    public void Validation_and_prediction_use_inference_mode_without_gradients_and_leave_each_mode_as_it_was()
    {
        using var model = Mlp.Seeded();
        var compiled = Compile(model);
        model.train();
        model.head.eval();
        var modes = Modes(model);
        var before = Toy.Weights(model);

        var first = compiled.Evaluate(Toy.Points());
        var second = compiled.Evaluate(Toy.Points());
        using var output = compiled.Predict(Toy.Points());

        Assert.That(first.Loss, Is.EqualTo(second.Loss), "dropout is off");
        Assert.That(output.requires_grad, Is.False);
        Assert.That(Modes(model), Is.EqualTo(modes));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
        Assert.That(torch.is_grad_enabled(), Is.True);
    }

    [Test]
    public void Prediction_answers_in_the_order_of_the_set()
    {
        using var model = LinearModel.Seeded();
        var compiled = Compile(model);
        using var inputs = torch.randn(10, 3);
        using var targets = torch.zeros(10);

        using var batched = compiled.Predict(new InMemoryDataset(inputs, targets), batchSize: 3);
        using var whole = compiled.Predict(inputs);

        Assert.That(Toy.Values(batched), Is.EqualTo(Toy.Values(whole)).Within(1e-6f));
    }

    [Test]
    public void Fit_leaves_the_model_in_the_mode_that_it_found()
    {
        using var model = Mlp.Seeded();
        model.eval();

        Compile(model).Fit(Toy.Points(), Toy.Quiet);

        Assert.That(model.training, Is.False);
    }

    [Test]
    public void Cancellation_ends_after_the_step_with_weights_and_history_as_of_then()
    {
        using var model = LinearModel.Seeded();
        using var cancellation = new CancellationTokenSource();
        var weights = new Dictionary<string, float[]>();
        var cancel = new Recorder
        {
            AtBatchEnd = fit =>
            {
                if (fit is { Epoch: 1, Batch: 2 })
                {
                    weights = Toy.Weights(fit.Model);
                    cancellation.Cancel();
                }
            },
        };

        var history = Compile(model).Fit(Points, Toy.Quiet with
        {
            Epochs = 5,
            BatchSize = 8,
            Callbacks = [cancel],
            CancellationToken = cancellation.Token,
        });

        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.Cancelled));
        Assert.That(history.Outcome.Message, Is.EqualTo("Training was cancelled in epoch 1 after 3 of its steps."));
        Assert.That(history.Records, Has.Count.EqualTo(1));
        Assert.That(history.PartialEpoch!.Epoch, Is.EqualTo(1));
        Assert.That(history.PartialEpoch.Metrics, Contains.Key("loss"));
        Assert.That(history.Steps, Is.EqualTo(6 + 3));
        Assert.That(history.NextEpoch, Is.EqualTo(1), "the epoch that was cut short is done again");
        Assert.That(cancel.Moments[^1], Is.EqualTo("fit end"));
        Assert.That(Toy.Changed(weights, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void A_token_that_is_cancelled_before_trains_nothing()
    {
        using var model = LinearModel.Seeded();
        var before = Toy.Weights(model);

        var history = Compile(model).Fit(Points, Toy.Quiet with { CancellationToken = new CancellationToken(true) });

        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.Cancelled));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [TestCase(nameof(FitOptions.BatchSize))]
    [TestCase(nameof(FitOptions.Epochs))]
    [TestCase(nameof(FitOptions.InitialEpoch))]
    [TestCase(nameof(FitOptions.AccumulateBatches))]
    [TestCase(nameof(FitOptions.ClipNorm))]
    [TestCase(nameof(FitOptions.ClipValue))]
    [TestCase(nameof(FitOptions.SampleWeights))]
    public void An_option_out_of_its_range_is_an_error_that_names_it(string option)
    {
        var options = option switch
        {
            nameof(FitOptions.BatchSize) => Toy.Quiet with { BatchSize = 0 },
            nameof(FitOptions.Epochs) => Toy.Quiet with { InitialEpoch = 2, Epochs = 1 },
            nameof(FitOptions.InitialEpoch) => Toy.Quiet with { InitialEpoch = -1 },
            nameof(FitOptions.AccumulateBatches) => Toy.Quiet with { AccumulateBatches = 0 },
            nameof(FitOptions.ClipNorm) => Toy.Quiet with { ClipNorm = 0 },
            nameof(FitOptions.ClipValue) => Toy.Quiet with { ClipValue = -1 },
            _ => Toy.Quiet with { SampleWeights = [1, 2] },
        };
        using var model = LinearModel.Seeded();

        Assert.That(
            () => Compile(model).Fit(Points, options),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(option));
    }

    [Test]
    public void A_loop_of_one_s_own_takes_the_same_steps_as_Fit()
    {
        using var fitted = LinearModel.Seeded();
        Compile(fitted).Fit(Points, Toy.Quiet with { Epochs = 2, BatchSize = 20 });

        using var stepped = LinearModel.Seeded();
        var compiled = Compile(stepped);
        var loader = new BatchLoader(Points, new BatchOptions { BatchSize = 20, Workers = 0 });
        for (var epoch = 0; epoch < 2; epoch++)
        {
            foreach (var batch in loader.Epoch(epoch))
            {
                using (batch)
                {
                    Assert.That(compiled.TrainStep(batch).Loss, Is.GreaterThan(0));
                }
            }
        }

        Assert.That(Toy.Changed(Toy.Weights(fitted), Toy.Weights(stepped)), Is.Empty);
    }

    [Test]
    public void Samples_that_cannot_be_read_are_counted_over_training_and_validation()
    {
        using var model = LinearModel.Seeded();

        var history = Compile(model).Fit(new Damaged(Points, 3, 5), Toy.Quiet with
        {
            Epochs = 2,
            ValidationData = new Damaged(Points, 7),
            MaxDamagedSamples = int.MaxValue,
        });

        Assert.That(history.SkippedSamples, Is.EqualTo(3));
        Assert.That(history.Warnings.Select(warning => warning.Message), Is.EqualTo(new[]
        {
            "Of the training data, 2 samples cannot be read and are left out.",
            "Of the validation data, 1 sample cannot be read and is left out.",
        }));
        Assert.That(history.Concat(history).SkippedSamples, Is.EqualTo(3), "the same data twice");
    }

    private static InMemoryDataset Points => Toy.Points(features: 3);

    private static CompiledModel Compile<TModel>(TModel model)
        where TModel : torch.nn.Module<torch.Tensor, torch.Tensor>, IFineTunable =>
        CompiledModel.Compile(model, Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), [Metrics.BinaryAccuracy()]);

    private static List<bool> Modes(torch.nn.Module model) =>
        [model.training, .. model.named_modules().Select(named => named.module.training)];
}
