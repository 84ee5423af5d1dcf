using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class DiskFeaturesTests
{
    [Test]
    public void Files_agree_with_no_cache_and_later_runs_find_them()
    {
        using var folder = new TemporaryFolder();
        var without = Train(null);
        var first = Train(folder.Path);
        var second = Train(folder.Path);

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(without with { Computed = 48 }));
            Assert.That(second, Is.EqualTo(without));
            Assert.That(Directory.GetFiles(folder.Path, "*.tmp", SearchOption.AllDirectories), Is.Empty);
        });
    }

    [Test]
    public void Without_a_folder_nothing_is_left_behind()
    {
        var before = Directory.GetFiles(Path.GetTempPath(), "*.features*");
        var trained = Train(null, options => options with { FeatureCache = new() { Storage = FeatureStorage.Disk } });

        Assert.That(trained, Is.EqualTo(Train(null) with { Computed = 48 }));
        Assert.That(Directory.GetFiles(Path.GetTempPath(), "*.features*"), Is.EquivalentTo(before));
    }

    [TestCase(8 + 3, TestName = "Of another key")]
    [TestCase(0, TestName = "Of another kind")]
    [TestCase(8 + 32 + 24 + 5, TestName = "With a damaged table")]
    [TestCase(4096 + 36 + 2, TestName = "With a damaged row")]
    public void A_damaged_file_is_computed_anew_and_replaced(int position)
    {
        using var folder = new TemporaryFolder();
        var whole = Train(folder.Path);
        var file = Single(folder);
        var intact = File.ReadAllBytes(file);
        var damaged = (byte[])intact.Clone();
        damaged[position] ^= 0x10;
        File.WriteAllBytes(file, damaged);

        var again = Train(folder.Path);

        Assert.That(again with { Computed = 48 }, Is.EqualTo(whole));
        Assert.That(again.Computed, Is.GreaterThan(0));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(intact));
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(4096 + 36 + 1)]
    public void A_file_cut_short_is_computed_anew_and_replaced(int length)
    {
        using var folder = new TemporaryFolder();
        var whole = Train(folder.Path);
        var file = Single(folder);
        var intact = File.ReadAllBytes(file);
        File.WriteAllBytes(file, intact[..length]);

        Assert.That(Train(folder.Path), Is.EqualTo(whole));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(intact));
    }

    [Test]
    public void Rows_that_changed_places_are_computed_anew()
    {
        using var folder = new TemporaryFolder();
        var whole = Train(folder.Path);
        var file = Single(folder);
        var swapped = File.ReadAllBytes(file);
        var rows = swapped.AsSpan(4096);
        var row = rows[..36].ToArray();
        rows[36..72].CopyTo(rows);
        row.CopyTo(rows[36..]);
        File.WriteAllBytes(file, swapped);

        Assert.That(Train(folder.Path) with { Computed = 48 }, Is.EqualTo(whole));
    }

    [Test]
    public void Two_processes_share_a_folder_and_find_what_the_other_left()
    {
        using var folder = new TemporaryFolder();
        var children = new (string Output, int ExitCode)[2];
        Parallel.For(0, 2, i => children[i] = ChildTraining.Start(folder.Path, ChildTraining.Features));

        var third = ChildTraining.Start(folder.Path, ChildTraining.Features);

        Assert.That(children.Select(child => child.ExitCode), Is.All.Zero);
        Assert.That(children[0].Output.Split('\n')[1..], Is.EqualTo(children[1].Output.Split('\n')[1..]));
        Assert.That(third.Output.Split('\n'), Is.EqualTo(children[0].Output.Split('\n')[1..].Prepend("computed 0")));
    }

    [Test]
    public void A_full_disk_is_one_warning_and_the_same_result()
    {
        using var folder = new TemporaryFolder();
        var (output, code) = ChildTraining.Start(folder.Path, ChildTraining.FeaturesOnFullDisk);
        Assert.That(code, Is.Zero, output);
        Assert.That(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories), Is.Empty);
        var (expected, _) = ChildTraining.Start(folder.Path, ChildTraining.Features);

        Assert.That(output.Split('\n')[1], Does.StartWith("warnings 1").And.Contain("cannot be written"));
        Assert.That(output.Split('\n')[2..], Is.EqualTo(expected.Split('\n')[2..]));
    }

    [Test]
    public void What_does_not_fit_into_memory_goes_to_disk()
    {
        var trained = Train(
            null,
            options =>
                options with
                {
                    FeatureCache = new() { Storage = FeatureStorage.Auto, MaxBytes = 100 },
                },
            out var history);

        Assert.That(
            history.FeatureCaches.Single(),
            Has.Property("Kind").EqualTo(FeatureStorage.Disk).And.Property("Reused").EqualTo(3 * 48));
        Assert.That(trained, Is.EqualTo(Train(null) with { Computed = 48 }));
    }

    [Test]
    public void Several_files_beyond_the_memory_are_shuffled_one_by_one()
    {
        torch.manual_seed(1);
        using var model = new Broad();
        model.FreezeBackbone();
        var history = model.Compile(Optimizers.SGD(1e-6), Losses.BinaryCrossEntropyWithLogits()).Fit(
            Toy.Points(80), Toy.Quiet with { Epochs = 2, FeatureCache = new() { Storage = FeatureStorage.Disk, MaxBytes = 1 << 20 } });

        Assert.That(history.FeatureCaches.Single(), Has.Property("Computed").EqualTo(80).And.Property("Reused").EqualTo(80));
        Assert.That(history.Warnings.Single().Message, Does.Contain("parts of 32 consecutive samples"));
    }

    [TestCase(16, 4, 16, 16)]
    [TestCase(16, 32, 32, 32)]
    [TestCase(100, 4, 64, 64)]
    [TestCase(130, 4, 64, 128)]
    public void What_is_shuffled_together_fits_into_memory_unless_a_batch_does_not(int mebibytes, int batch, int part, int together)
    {
        var (one, two) = (torch.zeros(1, (1 << 18) - 1), torch.zeros(2, (1 << 18) - 1));
        using var disk = new FeatureDisk(
            FeatureLayout.Of([one], [two], torch.zeros(2))!,
            500,
            Path.GetTempPath(),
            null,
            0,
            error => Assert.Fail(error));

        Assert.That(disk.Parts((long)mebibytes << 20, batch), Is.EqualTo((part, together)));
    }

    [Test]
    public void Shuffling_by_shard_takes_each_sample_once_and_shards_together()
    {
        var loader = new BatchLoader(Toy.Points(50), new() { Seed = 3, BatchSize = 50, Workers = 0 });
        loader.ShuffleWithin(8, 16);
        var (first, second) = (loader.Plan(0, 0).Single(), loader.Plan(1, 0).Single());

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EquivalentTo(Enumerable.Range(0, 50)));
            Assert.That(second, Is.Not.EqualTo(first));
            Assert.That(first.Chunk(16).Select(part => part.Select(index => index / 8).Distinct().Count()), Is.All.LessThanOrEqualTo(3));
            Assert.That(loader.Plan(0, 0).Single(), Is.EqualTo(first));
        });
    }

    [Test]
    public void Half_precision_takes_half_the_room_and_changes_results_a_little()
    {
        using var folder = new TemporaryFolder();
        var full = Train(null);
        var half = Train(
            folder.Path,
            options => options with { FeatureCache = options.FeatureCache with { HalfPrecision = true } },
            out var history);

        Assert.That(history.FeatureCaches.Single().Bytes, Is.EqualTo(48 * ((8 * 2) + 4)));
        Assert.That(half.Values, Is.Not.EqualTo(full.Values));
        Assert.That(half.Values, Is.EqualTo(full.Values).Within(1e-2));
        Assert.That(Train(folder.Path).Computed, Is.EqualTo(48), "what was rounded is not for those who did not ask for it");
    }

    private static string Single(TemporaryFolder folder) =>
        Directory.GetFiles(folder.Path, "*.features", SearchOption.AllDirectories).Single();

    private static Trained Train(string? folder, Func<FitOptions, FitOptions>? with = null) => Train(folder, with, out _);

    private static Trained Train(string? folder, Func<FitOptions, FitOptions>? with, out History history)
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var options = Toy.Quiet with
        {
            Epochs = 4,
            BatchSize = 10,
            FeatureCache = new() { Storage = folder is null ? FeatureStorage.Off : FeatureStorage.Disk, Folder = folder },
        };
        history = model
            .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(), with?.Invoke(options) ?? options);
        return new Trained(history, model);
    }

    /// <summary>What came out, to compare: equal where it differs by no more than rounding.</summary>
    private sealed record Trained
    {
        public Trained(History history, Mlp model)
        {
            Losses = [.. history["loss"]];
            Values = Toy.Values(model.head.weight!);
            Computed = history.FeatureCaches.Single().Computed;
        }

        public double[] Losses { get; }

        public float[] Values { get; }

        public long Computed { get; init; }

        public bool Equals(Trained? other) =>
            other is not null
            && Computed == other.Computed
            && Toy.AgreesWith(other.Losses).Resolve().ApplyTo(Losses).IsSuccess
            && Is.EqualTo(other.Values).Within(1e-5f).ApplyTo(Values).IsSuccess;

        public override int GetHashCode() => Computed.GetHashCode();
    }
}
