using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class FineTuneTests
{
    [Test]
    public void The_recipe_trains_the_head_then_the_last_layers_at_a_lower_rate_and_keeps_the_best_weights()
    {
        using var model = Mlp.Seeded();
        var stages = new List<(int Epoch, bool Frozen)>();
        var rates = new List<double>();
        var watch = new Recorder
        {
            AtEpochBegin = fit => stages.Add((fit.Epoch, model.IsBackboneFrozen)),
            AtBatchEnd = fit => rates.Add(fit.LearningRates[^1].LearningRate),
        };

        var result = model.FineTune(Toy.Points(), Toy.Points(seed: 3), new FineTuneOptions
        {
            HeadEpochs = 2,
            FineTuneEpochs = 3,
            UnfreezeLast = 3,
            Optimizer = Optimizers.Adam(1e-2),
            Fit = Toy.Quiet with { Callbacks = [watch] },
        });

        Assert.That(stages, Is.EqualTo(new[]
        {
            (0, true), (1, true), (2, false), (3, false), (4, false),
        }));
        Assert.That(rates[..4], Is.All.EqualTo(1e-2), "two batches an epoch");

        // Half an epoch of warm-up is one step here; then half a cosine over the five that are left.
        Assert.That(rates[4..], Is.EqualTo(new[] { 1, 0, 1, 2, 3, 4 }.Select((step, i) =>
            1e-3 * (i == 0 ? 1 : (1 + Math.Cos(Math.PI * step / 5)) / 2))).Within(1e-9));
        Assert.That(result.History.Records, Has.Count.EqualTo(5));
        Assert.That(result.History.Outcome.WeightsRestored, Is.True);
        Assert.That(model.Phase, Is.EqualTo(Phase.Last(3)));
        Assert.That(result.History.Outcome.Best!.Monitor, Is.EqualTo("val_accuracy"));
        Assert.That(
            result.Compiled.Evaluate(Toy.Points(seed: 3))["accuracy"], Is.EqualTo(result.History.Outcome.Best!.Value).Within(1e-6));
    }

    [Test]
    public void The_head_is_judged_by_its_loss_and_fine_tuning_by_its_first_metric_or_the_loss_where_there_is_none()
    {
        Assert.That(Judged(null), Is.EqualTo(("val_loss", "val_accuracy")));
        Assert.That(Judged([Metrics.F1(), Metrics.BinaryAccuracy()]), Is.EqualTo(("val_loss", "val_f1")));
        Assert.That(Judged([]), Is.EqualTo(("val_loss", "val_loss")));

        static (string?, string?) Judged(Metric[]? metrics)
        {
            using var model = Mlp.Seeded();
            var result = model.FineTune(Toy.Points(), Toy.Points(seed: 3), new FineTuneOptions
            {
                HeadEpochs = 1,
                FineTuneEpochs = 1,
                Loss = Losses.BinaryCrossEntropyWithLogits(),
                Metrics = metrics ?? [Metrics.BinaryAccuracy()],
                Fit = Toy.Quiet,
            });
            return (result.Head.Outcome.Best?.Monitor, result.FineTune!.Outcome.Best?.Monitor);
        }
    }

    [Test]
    public void A_schedule_of_ones_own_takes_the_place_of_the_cosine()
    {
        using var model = Mlp.Seeded();
        var rates = new List<double>();
        var watch = new Recorder { AtBatchEnd = fit => rates.Add(fit.LearningRates[^1].LearningRate) };

        model.FineTune(Toy.Points(), Toy.Points(), new FineTuneOptions
        {
            HeadEpochs = 1,
            FineTuneEpochs = 2,
            Fit = Toy.Quiet with { Callbacks = [watch, LearningRateSchedule.Constant()] },
        });

        Assert.That(rates[2..], Is.All.EqualTo(1e-4).Within(1e-12));
    }

    [Test]
    public void The_attribute_says_how_many_layers_are_unfrozen()
    {
        using var model = new RatedMlp();

        model.FineTune(Toy.Points(), Toy.Points(), new FineTuneOptions { HeadEpochs = 1, FineTuneEpochs = 1, Fit = Toy.Quiet });

        Assert.That(model.Phase, Is.EqualTo(Phase.Last(2)));
    }

    [Test]
    public void Yes_or_no_targets_mean_binary_cross_entropy() =>
        Assert.That(LossFor(1, torch.tensor(new[] { 0L, 1L })), Is.EqualTo("binary_cross_entropy"));

    [Test]
    public void Other_numbers_mean_squared_error() =>
        Assert.That(LossFor(1, torch.tensor(new[] { 0.5f, 1f })), Is.EqualTo("mean_squared_error"));

    [Test]
    public void Class_indices_mean_categorical_cross_entropy() =>
        Assert.That(LossFor(3, torch.tensor(new[] { 0L, 2L })), Is.EqualTo("categorical_cross_entropy"));

    // Sorted by class, as a folder is: the first samples are all of one.
    [TestCase(40)]
    [TestCase(12)]
    public void One_output_for_three_classes_is_an_error_however_many_come_first(int each)
    {
        using var model = Mlp.Seeded();
        var data = new Classed(each, "cats", "dogs", "owls");

        Assert.That(
            () => model.FineTune(data, data, new FineTuneOptions { Fit = Toy.Quiet }),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "The data has 3 classes (cats, dogs, owls), but the model has 1 output. Give the head 3 outputs."));
    }

    [TestCase(1, "binary_cross_entropy")]
    [TestCase(2, "categorical_cross_entropy")]
    public void The_loss_follows_from_the_classes_of_the_dataset(int outputs, string loss)
    {
        using var model = Mlp.Seeded(outputs: outputs);
        var data = new Classed(40, "cats", "dogs");

        var result = model.FineTune(data, data, new FineTuneOptions { HeadEpochs = 1, FineTuneEpochs = 1, Fit = Toy.Quiet });

        Assert.That(result.Compiled.Loss.Name, Is.EqualTo(loss));
    }

    [Test]
    public void All_targets_in_memory_are_looked_at() =>
        Assert.That(
            LossFor(1, torch.cat([torch.zeros(60), torch.tensor(new[] { 1f, 2.5f })])),
            Is.EqualTo("mean_squared_error"));

    [TestCase(1L, 2L)]
    [TestCase(0L, 1L, 2L)]
    public void Whole_targets_other_than_0_and_1_with_one_output_have_to_be_stated(params long[] targets) =>
        Assert.That(
            () => LossFor(1, torch.tensor(targets)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains($"integer targets such as {string.Join(", ", targets)}."));

    [Test]
    public void With_one_output_a_set_that_says_nothing_of_its_targets_has_to_be_told_the_loss()
    {
        using var model = Mlp.Seeded();
        var data = new Silent(Toy.Points());

        Assert.That(
            () => model.FineTune(data, data, new FineTuneOptions { Fit = Toy.Quiet }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("FineTuneOptions.Loss, or let the set implement IClassified"));
    }

    [Test]
    public void A_loss_that_cannot_be_told_has_to_be_stated() =>
        Assert.That(
            () => LossFor(3, torch.zeros(2, 3)),
            Throws
                .TypeOf<FineTuneException>()
                .With.Message.EqualTo(
                    "The loss cannot be told from 3 outputs and 3 floating-point targets for a sample; state it in FineTuneOptions.Loss."));

    [Test]
    public void A_cancelled_head_phase_is_not_followed_by_fine_tuning()
    {
        using var model = Mlp.Seeded();

        var result = model.FineTune(Toy.Points(), Toy.Points(), new FineTuneOptions
        {
            Fit = Toy.Quiet with { CancellationToken = new CancellationToken(true) },
        });

        Assert.That(result.FineTune, Is.Null);
        Assert.That(result.History.Outcome.Reason, Is.EqualTo(StopReason.Cancelled));
    }

    [TestCase(3)]
    [TestCase(8)]
    [TestCase(14)]
    public void Backed_up_it_goes_on_where_it_was_in_either_phase(int batch)
    {
        using var folder = new TemporaryFolder();
        var whole = Recipe(folder["whole"], null);
        var stopped = Recipe(folder["stopped"], batch);

        var resumed = Recipe(folder["stopped"], null);

        Assert.That(stopped.Result.History.Outcome.Reason, Is.EqualTo(StopReason.Cancelled));
        Assert.That(Toy.Changed(whole.Weights, resumed.Weights), Is.Empty);
        Assert.That(resumed.Result.History["val_loss"], Is.EqualTo(whole.Result.History["val_loss"]));

        // Five batches an epoch, two epochs of the head.
        static (FineTuneResult Result, Dictionary<string, float[]> Weights) Recipe(string folder, int? stopAt)
        {
            using var model = Mlp.Seeded();
            using var stop = new CancellationTokenSource();
            var batches = 0;
            var result = model.FineTune(Toy.Points(), Toy.Points(seed: 3), new FineTuneOptions
            {
                HeadEpochs = 2,
                FineTuneEpochs = 3,
                UnfreezeLast = 3,
                BackupFolder = folder,
                BackupEveryBatches = 2,
                Fit = Toy.Quiet with
                {
                    BatchSize = 10,
                    CancellationToken = stop.Token,
                    Callbacks = [new Recorder { AtBatchEnd = _ => { if (++batches == stopAt) { stop.Cancel(); } } }],
                },
            });
            return (result, Toy.Weights(model));
        }
    }

    [Test]
    public void A_backup_of_one_folder_for_both_phases_is_an_error()
    {
        using var model = Mlp.Seeded();

        Assert.That(
            () => model.FineTune(Toy.Points(), Toy.Points(), new FineTuneOptions { Fit = Toy.Quiet with { Backup = new("backup") } }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("BackupFolder"));
    }

    [Test]
    public void Options_of_Fit_that_the_recipe_has_its_own_of_are_an_error_that_names_those()
    {
        using var model = Mlp.Seeded();

        Refuses(Toy.Quiet with { Epochs = 5 }, "FineTuneOptions.Fit has Epochs = 5");
        Refuses(Toy.Quiet with { InitialEpoch = 1 }, "HeadEpochs and FineTuneEpochs");
        Refuses(Toy.Quiet with { ValidationData = Toy.Points() }, "FineTuneOptions.Fit has ValidationData");

        void Refuses(FitOptions fit, string sentence) => Assert.That(
            () => model.FineTune(Toy.Points(), Toy.Points(), new FineTuneOptions { Fit = fit }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(sentence));
    }

    [Test]
    public void A_recipe_goes_on_with_something_changed_where_that_is_allowed()
    {
        using var folder = new TemporaryFolder();
        Recipe(1e-3, allow: false);

        Assert.That(() => Recipe(1e-2, allow: false), Throws.TypeOf<FineTuneException>().With.Message.Contains("BackupAllowDifferences"));
        Assert.That(
            Recipe(1e-2, allow: true).Warnings.Select(warning => warning.Kind), Has.Some.EqualTo(WarningKind.ResumedWithDifferences));

        History Recipe(double rate, bool allow)
        {
            using var model = Mlp.Seeded();
            using var stop = new CancellationTokenSource();
            var cut = new Recorder { AtEpochEnd = fit => { if (fit.Epoch == 1) { stop.Cancel(); } } };
            return model.FineTune(Toy.Points(), Toy.Points(seed: 3), new FineTuneOptions
            {
                HeadEpochs = 4,
                FineTuneEpochs = 1,
                Optimizer = Optimizers.Adam(rate),
                BackupFolder = folder["backup"],
                BackupAllowDifferences = allow,
                Fit = Toy.Quiet with { CancellationToken = stop.Token, Callbacks = [cut] },
            }).History;
        }
    }

    private sealed class Silent(IDataset data) : IDataset
    {
        public int Count => data.Count;

        public Sample Read(int index, Random random) => data.Read(index, random);
    }

    private static string LossFor(int outputs, Tensor targets)
    {
        using var model = Mlp.Seeded(outputs: outputs);
        var data = new InMemoryDataset(torch.randn(targets.shape[0], 4), targets);
        return model.FineTune(data, data, new FineTuneOptions { HeadEpochs = 1, FineTuneEpochs = 1, Fit = Toy.Quiet }).Compiled.Loss.Name;
    }
}
