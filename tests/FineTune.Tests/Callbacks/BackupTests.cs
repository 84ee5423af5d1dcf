using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class BackupTests
{
    private static readonly Lazy<string> Undisturbed = new(() => TwoPhases.Train(null)!);
    private static readonly Lazy<string> UndisturbedInHalfPrecision = new(() => TwoPhases.Train(null, half: true)!);

    private string folder = "";

    [SetUp]
    public void ChooseFolder() => folder = Path.Combine(Path.GetTempPath(), $"backup-{Guid.NewGuid():N}");

    [TearDown]
    public void DeleteFolder()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Five batches an epoch, two a step: 1 and 3 wait for a step, 5 ends an epoch, 16 is in the second phase.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    [TestCase(8)]
    [TestCase(14)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(21)]
    [TestCase(27)]
    public void Training_that_was_stopped_goes_on_as_if_it_had_not_been(int batch)
    {
        Assert.That(TwoPhases.Train(folder, stopAtBatch: batch), Is.Null);
        torch.manual_seed(999);

        Assert.That(TwoPhases.Train(folder), Is.EqualTo(Undisturbed.Value));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(8)]
    [TestCase(16)]
    [TestCase(21)]
    public void Master_weights_go_on_as_if_it_had_not_been(int batch)
    {
        Assert.That(TwoPhases.Train(folder, stopAtBatch: batch, half: true), Is.Null);

        Assert.That(TwoPhases.Train(folder, half: true), Is.EqualTo(UndisturbedInHalfPrecision.Value));
    }

    // Batches of five, the third and the last of which cannot be read at all.
    [Test]
    public void Batches_of_which_nothing_can_be_read_keep_their_places([Range(1, 10)] int batch)
    {
        var whole = Fit(Options());
        Assert.That(whole.History.SkippedSamples, Is.EqualTo(8));
        using var stop = new CancellationTokenSource();
        var batches = 0;
        Recorder stopping = new()
        {
            AtBatchEnd = _ =>
            {
                if (++batches == batch)
                {
                    stop.Cancel();
                }
            },
        };
        Fit(Options() with { Callbacks = [stopping], CancellationToken = stop.Token, Backup = new(folder, everyBatches: 1) });

        var resumed = Fit(Options() with { Callbacks = [new Recorder()], Backup = new(folder, everyBatches: 1) });

        Assert.That(Toy.Changed(whole.Weights, resumed.Weights), Is.Empty);
        Assert.That(resumed.History["loss"], Is.EqualTo(whole.History["loss"]));

        (History History, Dictionary<string, float[]> Weights) Fit(FitOptions options) =>
            BackupTests.Fit(options, new Damaged(Toy.Points(features: 3), [10, 11, 12, 13, 14, 45, 46, 47]));

        static FitOptions Options() => Toy.Quiet with
        {
            Epochs = 2,
            BatchSize = 5,
            Shuffle = false,
            AccumulateBatches = 2,
            MaxDamagedSamples = 10,
            BatchTransform = BatchTransforms.MixUp(),
        };
    }

    [Test]
    public void It_may_be_stopped_again_and_again()
    {
        string? result;
        for (var run = 1; (result = TwoPhases.Train(folder, stopAtBatch: 3)) is null; run++)
        {
            Assert.That(run, Is.LessThan(20), "each run gets further");
        }

        Assert.That(result, Is.EqualTo(Undisturbed.Value));
    }

    [Test]
    public void Backing_up_changes_nothing() =>
        Assert.That(TwoPhases.Train(folder), Is.EqualTo(Undisturbed.Value));

    [Test]
    public void Between_epochs_alone_what_was_begun_is_done_again()
    {
        TwoPhases.Train(folder, stopAtBatch: 8, everyBatches: null);

        Assert.That(TwoPhases.Train(folder, everyBatches: null), Is.EqualTo(Undisturbed.Value));
    }

    [Test]
    public void A_fit_that_was_finished_is_not_run_again()
    {
        TwoPhases.Train(folder);
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order().ToList();

        Assert.That(TwoPhases.Train(folder), Is.EqualTo(Undisturbed.Value));
        Assert.That(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(), Is.EqualTo(files));
    }

    [Test]
    public void Only_as_many_checkpoints_are_kept_as_asked_for()
    {
        Fit(Toy.Quiet with { Epochs = 5, Backup = new(folder, keep: 3) });

        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(3));
    }

    [TestCase(30)]
    [TestCase(510, Category = "Slow")]
    public void A_damaged_checkpoint_is_named_and_the_one_before_is_used(int cases)
    {
        var expected = Fit(Toy.Quiet with { Epochs = 4 }).Weights;
        Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(3)], Backup = new(folder) });
        var random = new Random(11);
        var newest = Directory.GetFiles(folder).Max()!;
        var whole = File.ReadAllBytes(newest);
        var others = Directory.GetFiles(folder).Where(file => file != newest).ToDictionary(file => file, File.ReadAllBytes);
        var named = 0;
        for (var i = 0; i < cases; i++)
        {
            RestoreFolder();
            File.WriteAllBytes(newest, Damaged(whole, random, truncate: i % 3 == 0));

            var (history, weights) = Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(null)], Backup = new(folder) });

            Assert.That(Toy.Changed(expected, weights), Is.Empty, $"case {i}");
            named += history.Warnings.Count(warning => warning.Kind == WarningKind.CheckpointSkipped && warning.Message.Contains(newest));
        }

        Assert.That(named, Is.EqualTo(cases));

        void RestoreFolder()
        {
            foreach (var file in Directory.GetFiles(folder))
            {
                File.Delete(file);
            }

            foreach (var (file, content) in others)
            {
                File.WriteAllBytes(file, content);
            }
        }
    }

    [Test]
    public void A_damaged_checkpoint_does_not_count_among_those_that_are_kept()
    {
        Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(3)], Backup = new(folder) });
        var (used, damaged) = Directory.GetFiles(folder).Order().ToArray() is [var first, var second] ? (first, second) : default;
        var content = File.ReadAllBytes(used);
        File.WriteAllText(damaged, "damaged");

        // One epoch more, and one checkpoint: beside it, the last one before that is whole has to stay.
        Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(3)], Backup = new(folder) });

        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(3));
        Assert.That(File.ReadAllBytes(used), Is.EqualTo(content));
        Assert.That(File.ReadAllText(damaged), Is.EqualTo("damaged"));
    }

    [Test]
    public void A_folder_in_which_no_checkpoint_can_be_used_is_an_error_and_stays_as_it_is()
    {
        Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(3)], Backup = new(folder) });
        foreach (var file in Directory.GetFiles(folder))
        {
            File.WriteAllText(file, "damaged");
        }

        Assert.That(
            () => Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(null)], Backup = new(folder) }),
            Throws.InstanceOf<FineTuneException>().With.Message.Contains("Delete the folder to start anew"));
        Assert.That(Directory.GetFiles(folder).Select(File.ReadAllText), Is.All.EqualTo("damaged"));
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_one_clear_error()
    {
        File.WriteAllText(folder, "a file");
        try
        {
            Assert.That(
                () => Fit(Toy.Quiet with { Backup = new(folder) }),
                Throws.InstanceOf<FineTuneException>().With.Message.Contains(folder));
        }
        finally
        {
            File.Delete(folder);
        }
    }

    [Test]
    public void Going_on_with_other_settings_is_an_error_that_lists_them_unless_it_is_allowed()
    {
        Fit(Toy.Quiet with { Epochs = 4, Callbacks = [Stop(3)], Backup = new(folder) });
        var other = Toy.Quiet with { Epochs = 4, Seed = 2, BatchSize = 16 };

        Assert.That(
            () => Fit(other with { Callbacks = [Stop(null)], Backup = new(folder) }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("BatchSize was 32 and is 16; Seed was 0 and is 2"));
        Assert.That(
            Fit(other with { Callbacks = [Stop(null)], Backup = new(folder, allowDifferences: true) })
                .History.Warnings.Select(warning => warning.Kind),
            Has.Some.EqualTo(WarningKind.ResumedWithDifferences));
    }

    [Test]
    public void Going_on_with_another_attribute_is_an_error_that_shows_both()
    {
        Assert.That(Train(1e-5, stopAfter: 1), Throws.Nothing);
        Assert.That(Train(1e-6, stopAfter: 2), Throws.TypeOf<FineTuneException>()
            .With.Message.Contains("fine-tuned at 1E-05").And.Message.Contains("fine-tuned at 1E-06"));

        Action Train(double rate, int stopAfter) => () =>
        {
            using var model = new Stated(rate);
            var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1), Losses.MeanSquaredError(), []);
            compiled.Fit(Toy.Points(8), Toy.Quiet with { Epochs = 4, Callbacks = [Stop(stopAfter)], Backup = new(folder) });
        };
    }

    [Test]
    public void A_lowered_rate_and_the_wait_for_the_next_one_survive()
    {
        var options = Toy.Quiet with { Epochs = 8 };
        var whole = Fit(options with { Callbacks = [Plateau(), Stop(null)] });
        Fit(options with { Callbacks = [Plateau(), Stop(4)], Backup = new(folder) });

        var resumed = Fit(options with { Callbacks = [Plateau(), Stop(null)], Backup = new(folder) });

        Assert.That(Rates(resumed.History), Is.EqualTo(Rates(whole.History)).And.Some.LessThan(0.002));
        Assert.That(Toy.Changed(whole.Weights, resumed.Weights), Is.Empty);

        // Nothing is ever better by a hundred: three epochs, then a tenth of the rate.
        static ReduceLROnPlateau Plateau() => new("loss", patience: 3, factor: 0.1, minDelta: 100);

        static List<double> Rates(History history) => [.. history.Records.Select(record => record.LearningRates["head"])];
    }

    [Test]
    public void Counters_come_from_the_checkpoint_and_configuration_from_code()
    {
        // The opposite is wanted of what is learned: the validation loss is at its best early, and then only rises.
        torch.manual_seed(6);
        using var validation = torch.randn(48, 3);
        using var targets = (validation.sum(1) < 0).to_type(torch.ScalarType.Float32);
        var options = Toy.Quiet with { Epochs = 9, ValidationData = new InMemoryDataset(validation, targets) };
        Fit(options with { Callbacks = [new EarlyStopping(patience: 50), Stop(4)], Backup = new(folder) });

        var stopping = new EarlyStopping(patience: 5);
        var (history, _) = Fit(
            options with { Callbacks = [stopping, Stop(null)], Backup = new(folder, allowDifferences: true) });

        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.EarlyStopping));
        var best = history.Outcome.Best!.Epoch;
        Assert.That(best, Is.LessThan(3), "an epoch of the run before, after which it had waited");
        Assert.That(
            history.Records,
            Has.Count.EqualTo(best + 1 + 5),
            "the epochs waited before count, and the patience is that of the second run");
    }

    [Test]
    public void A_log_that_is_appended_to_has_each_epoch_once()
    {
        var log = folder + ".csv";
        try
        {
            Fit(Toy.Quiet with { Epochs = 4, Callbacks = [new CsvLog(log, append: true), Stop(3)], Backup = new(folder) });
            File.AppendAllText(log, "3,written before the kill but after the checkpoint\n");

            Fit(Toy.Quiet with { Epochs = 4, Callbacks = [new CsvLog(log, append: true), Stop(null)], Backup = new(folder) });

            Assert.That(File.ReadAllLines(log).Select(line => line.Split(',')[0]), Is.EqualTo(new[] { "epoch", "0", "1", "2", "3" }));
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static byte[] Damaged(byte[] whole, Random random, bool truncate)
    {
        if (truncate)
        {
            return whole[..random.Next(whole.Length)];
        }

        var damaged = (byte[])whole.Clone();
        damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
        return damaged;
    }

    private static (History History, Dictionary<string, float[]> Weights) Fit(FitOptions options, IDataset? data = null)
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.Adam(0.01), Losses.BinaryCrossEntropyWithLogits());
        var history = compiled.Fit(data ?? Toy.Points(features: 3), options);
        return (history, Toy.Weights(model));
    }

    // Ends training as a crash would, but in this process.
    private static Recorder Stop(int? beforeEpoch) => new()
    {
        AtEpochBegin = fit =>
        {
            if (fit.Epoch == beforeEpoch)
            {
                fit.Stop(StopReason.Cancelled, "Stopped by the test.");
            }
        },
    };

    /// <summary>What a generated part would be, for an attribute with a rate that the test chooses.</summary>
    private sealed class Stated : torch.nn.Module<torch.Tensor, torch.Tensor>, IFineTunable
    {
        private readonly TorchSharp.Modules.Linear head = torch.nn.Linear(4, 1);
        private readonly double rate;

        public Stated(double rate) : base(nameof(Stated))
        {
            this.rate = rate;
            RegisterComponents();
        }

        public Manifest Manifest => new(nameof(Stated), [new("head", MemberRole.Head)], null, LayerUnit.Layer, FineTuneRate: rate);

        public Phase Phase => Phase.Full;

        public LayerList Layers { get; } = LayerList.Of();

        public bool IsBackboneFrozen => false;

        public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => [new("head", head, rates.Resolve())];

        public void EnterPhase(Phase phase) => throw new NotSupportedException();

        public override torch.Tensor forward(torch.Tensor x) => head.call(x);
    }
}
