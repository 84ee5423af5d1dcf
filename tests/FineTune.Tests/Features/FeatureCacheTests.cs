using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class FeatureCacheTests
{
    [Test]
    public void Both_phases_with_the_cache_agree_with_training_without()
    {
        var with = Train(FeatureStorage.Auto);
        var without = Train(FeatureStorage.Off);

        Assert.Multiple(() =>
        {
            Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
            Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
            Assert.That(with.History.FeatureCaches.Select(use => use.Kind), Is.All.EqualTo(FeatureStorage.Memory));
            Assert.That(without.History.FeatureCaches.Select(use => use.Kind), Is.All.EqualTo(FeatureStorage.Off));
        });
    }

    [Test]
    public void Convolutions_with_the_cut_inside_the_backbone_agree_with_training_without()
    {
        var with = TrainPictures(FeatureStorage.Memory);
        var without = TrainPictures(FeatureStorage.Off);

        Assert.Multiple(() =>
        {
            Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
            Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);

            // 3 + 3 epochs over 22 training and 7 validation pictures: each set goes through each prefix once.
            Assert.That(with.History.FeatureCaches.Select(use => (use.Computed, use.Reused)), Is.EqualTo(new[] { (29L, 58L), (29L, 58L) }));

            // 64 features, and 32 planes of 1×1 before the last stage; a target of 8 bytes with each.
            Assert.That(
                with.History.FeatureCaches.Select(use => use.Bytes),
                Is.EqualTo(new[] { 29 * ((64 * 4) + 8L), 29 * ((32 * 4) + 8L) }));
        });
    }

    [Test]
    public void Each_sample_is_read_once_and_once_for_the_probe()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var data = new Counting(Toy.Points());
        var history = model
            .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(data, Toy.Quiet with { Epochs = 4, BatchSize = 10 });

        Assert.That(data.Reads.Values.Max(), Is.LessThanOrEqualTo(2));
        Assert.That(history.FeatureCaches.Single().Reused, Is.GreaterThan(100));
    }

    [Test]
    public void Auto_refuses_samples_that_draw_random_numbers_and_says_so()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var auto = compiled.Fit(new Noisy(Toy.Points()), Toy.Quiet with { Epochs = 2 });
        var memory = compiled.Fit(
            new Noisy(Toy.Points()),
            Toy.Quiet with
            {
                Epochs = 2,
                FeatureCache = new() { Storage = FeatureStorage.Memory },
            });

        Assert.Multiple(() =>
        {
            Assert.That(auto.FeatureCaches.Single().ToString(), Does.Contain("samples are random"));
            Assert.That(auto.Warnings, Is.Empty);
            Assert.That(memory.Warnings.Single().Kind, Is.EqualTo(WarningKind.FeaturesNotKept));
        });
    }

    [Test]
    public void Samples_of_which_a_late_one_is_random_are_trained_on_as_without_the_cache()
    {
        var with = TrainOn(new Noisy(Toy.Points(), from: 40), FeatureStorage.Auto);
        var without = TrainOn(new Noisy(Toy.Points(), from: 40), FeatureStorage.Off);

        Assert.That(with.History.FeatureCaches.Single().Reason, Does.Contain("random"));
        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
    }

    [Test]
    public void Augmented_views_are_gone_through_in_turn_and_the_log_says_so()
    {
        var views = new Dictionary<(int Epoch, int Sample), float>();
        var data = new Noisy(Toy.Points());
        var kept = TrainOn(data, FeatureStorage.Auto, views: 2);
        var first = TrainOn(new Noisy(Toy.Points()), FeatureStorage.Off);

        Assert.Multiple(() =>
        {
            // Two epochs on views of their own, as without the cache; the next two read nothing.
            Assert.That(data.Reads, Is.EqualTo((2 * 48) + 2));
            Assert.That(kept.Losses.Take(2), Toy.AgreesWith(first.Losses.Take(2)));
            Assert.That(kept.Losses.Skip(2), Is.Not.EqualTo(first.Losses.Skip(2)).Within(1e-3).Percent);
            Assert.That(kept.History.Warnings.Single().Message, Does.Contain("2 views of each are kept"));
        });
    }

    [Test]
    public void Views_of_samples_that_are_not_random_are_one()
    {
        var with = TrainOn(Toy.Points(), FeatureStorage.Auto, views: 3);
        var without = TrainOn(Toy.Points(), FeatureStorage.Off);

        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(with.History.Warnings, Is.Empty);
        Assert.That(with.History.FeatureCaches.Single().Computed, Is.EqualTo(48));
    }

    [Test]
    public void Weights_that_changed_between_two_fits_make_what_was_kept_unusable()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var points = Toy.Points();
        long Computed() => compiled.Fit(points, Toy.Quiet with { Epochs = 2 }).FeatureCaches.Single().Computed;

        Assert.That(Computed(), Is.EqualTo(48), "nothing is known yet");
        Assert.That(Computed(), Is.Zero, "all is known");
        Change(model.backbone.parameters().First());
        Assert.That(Computed(), Is.EqualTo(48), "a frozen parameter changed");
        Assert.That(Computed(), Is.Zero);
        Change(model.backbone.named_buffers().First(buffer => buffer.name.EndsWith("running_mean", StringComparison.Ordinal)).buffer);
        Assert.That(Computed(), Is.EqualTo(48), "a running mean changed");
        points = Toy.Points(seed: 9);
        Assert.That(Computed(), Is.EqualTo(48), "the data are others");
        Assert.That(Computed(), Is.Zero);

        static void Change(Tensor tensor)
        {
            using var noGradients = torch.no_grad();
            tensor.add_(0.25);
        }
    }

    [Test]
    public void A_cut_that_moves_back_is_computed_from_the_features_of_the_earlier_one()
    {
        var (with, without) = (Train(FeatureStorage.Auto), Train(FeatureStorage.Off));

        Assert.Multiple(() =>
        {
            Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
            Assert.That(with.Weights, Is.EqualTo(without.Weights).Within(1e-5));
            Assert.That(with.Reads, Is.EqualTo(12 + (3 * 2)), "the first fit reads each sample once, and each fit two for its probe");
            Assert.That(with.Changed, Is.EqualTo(12 + 2), "what is frozen before the earlier cut changed");
        });

        static (double[] Losses, float[] Weights, int Reads, int Changed) Train(FeatureStorage cache)
        {
            torch.manual_seed(5);
            var data = new Identified(new InMemoryDataset(torch.randn(12, 3, 16, 16), torch.randint(0, 3, [12])));
            using var model = Convolutions.Seeded();
            var options = Toy.Quiet with { Epochs = 2, BatchSize = 4, FeatureCache = new() { Storage = cache } };
            model.EnterPhase(Phase.Matching("layer2", "layer3", "layer4", "avgpool", "flatten"));
            var compiled = model.Compile(Optimizers.SGD(1e-2), Losses.CategoricalCrossEntropy());
            var losses = compiled.Fit(data, options)["loss"].ToList();
            model.EnterPhase(Phase.Matching("layer4", "avgpool", "flatten"));
            losses.AddRange(model.Recompile(1e-2).Fit(data, options)["loss"]);
            model.FreezeBackbone();
            compiled = model.Recompile(1e-2);
            losses.AddRange(compiled.Fit(data, options)["loss"]);
            var reads = data.Reads;
            var weights = Toy.Values(model.head.weight!);

            model.EnterPhase(Phase.Matching("layer4", "avgpool", "flatten"));
            model.Recompile(1e-2).Fit(data, options);
            using (torch.no_grad())
            {
                model.backbone.parameters().First().mul_(1.5);
            }

            data.Reads = 0;
            model.FreezeBackbone();
            model.Recompile(1e-2).Fit(data, options);
            return ([.. losses], weights, reads, data.Reads);
        }
    }

    [Test]
    public void What_no_identity_tells_is_kept_for_one_fit_only()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var data = new Counting(Toy.Points());

        Assert.That(
            compiled.Fit(data, Toy.Quiet with { Epochs = 3 }).FeatureCaches.Single(),
            Has.Property("Computed").EqualTo(48).And.Property("Reused").EqualTo(96));
        Assert.That(compiled.Fit(data, Toy.Quiet with { Epochs = 3 }).FeatureCaches.Single().Computed, Is.EqualTo(48));
    }

    [Test]
    public void Damaged_samples_are_left_out_and_counted_as_without_the_cache()
    {
        var with = TrainOn(new Broken(Toy.Points(), 0, 17, 47), FeatureStorage.Auto);
        var without = TrainOn(new Broken(Toy.Points(), 0, 17, 47), FeatureStorage.Off);

        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(with.History.SkippedSamples, Is.EqualTo(3));
        Assert.That(with.History.FeatureCaches.Single(), Has.Property("Computed").EqualTo(45).And.Property("Reused").EqualTo(3 * 45));
    }

    [Test]
    public void What_does_not_fit_into_the_budget_is_computed_anew_with_one_warning()
    {
        var with = TrainOn(Toy.Points(), FeatureStorage.Memory, budget: 48 * ((8 + 1) * 4) - 1);
        var without = TrainOn(Toy.Points(), FeatureStorage.Off);

        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(with.History.Warnings.Single().Message, Does.Contain("FeatureCache.MaxBytes"));
        Assert.That(TrainOn(Toy.Points(), FeatureStorage.Memory, budget: 48 * ((8 + 1) * 4)).History.Warnings, Is.Empty);
    }

    [Test]
    public void Backbone_that_runs_as_a_whole_is_named_with_the_expression_once_a_part_of_it_trains()
    {
        using var model = new OnResidual();
        model.FreezeBackbone();
        var frozen = Fit(model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()));
        model.UnfreezeLast(1);
        var fine = Fit(model.Recompile());

        Assert.That(frozen.Kind, Is.EqualTo(FeatureStorage.Memory), "the cut is behind it");
        Assert.That(
            fine.Reason,
            Does.EndWith(
                "does not start with anything frozen: the backbone 'encoder' runs as a whole, because in the class "
                    + "'FineTune.Tests.Models.ResidualPart' 'y + second.call(y + x)' does not go on from the value before it alone"));
    }

    [Test]
    public void Backbone_of_a_class_that_nobody_sees_is_named_with_the_class()
    {
        using var model = new OnSomething();
        model.UnfreezeLast(1);

        Assert.That(
            Fit(model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())).Reason,
            Does.EndWith(
                "the backbone 'encoder' runs as a whole, because nobody can see in which order the parts of a ResidualPart run"));
    }

    [Test]
    public void Forward_pass_that_cannot_be_cut_is_named_with_the_expression()
    {
        using var model = new EndingEarly();
        model.FreezeBackbone();

        Assert.That(
            Fit(model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())).Reason,
            Is.EqualTo(
                "the forward pass of EndingEarly cannot be split into a frozen and a trainable half: 'return x;' leaves it early"));
    }

    private static FeatureCacheUse Fit(CompiledModel compiled) =>
        compiled.Fit(Toy.Points(), Toy.Quiet with { Epochs = 2 }).FeatureCaches.Single();

    [Test]
    public void A_half_that_mixes_samples_is_not_kept()
    {
        using var model = new Mixing();
        model.FreezeBackbone();
        var use = model
            .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(), Toy.Quiet with { Epochs = 2 })
            .FeatureCaches.Single();

        Assert.That(use.Reason, Does.Contain("the samples beside it"));
    }

    [Test]
    public void Samples_may_stand_in_another_dimension_of_the_cut()
    {
        var (with, without) = (Losses(FeatureStorage.Memory), Losses(FeatureStorage.Off));

        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(with.Reused, Is.EqualTo(96));

        static (IReadOnlyList<double> Losses, long Reused) Losses(FeatureStorage cache)
        {
            torch.manual_seed(1);
            using var model = new SequenceFirst();
            model.FreezeBackbone();
            var history = model
                .Compile(Optimizers.SGD(0.1), Losses2())
                .Fit(
                    Toy.Points(),
                    Toy.Quiet with
                    {
                        Epochs = 3,
                        FeatureCache = new() { Storage = cache },
                    });
            return (history["loss"], history.FeatureCaches.Single().Reused);
        }

        static Loss Losses2() => FineTune.Losses.BinaryCrossEntropyWithLogits();
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights, History History) Train(FeatureStorage cache)
    {
        using var model = Mlp.Seeded();
        var options = Toy.Quiet with { BatchSize = 10, ValidationData = Toy.Points(31, seed: 2), FeatureCache = new() { Storage = cache } };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        var head = compiled.Fit(Toy.Points(), options with { Epochs = 4 });
        model.UnfreezeLast(3);
        var fine = model.Recompile(1e-3).Fit(Toy.Points(), options with { InitialEpoch = 4, Epochs = 8 });
        return Result(model, head.Concat(fine));
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights, History History) TrainPictures(
        FeatureStorage cache, int count = 22)
    {
        torch.manual_seed(3);
        var pictures = new InMemoryDataset(torch.randn(count, 3, 16, 16), torch.randint(0, 3, [count]));
        var validation = new InMemoryDataset(torch.randn(7, 3, 16, 16), torch.randint(0, 3, [7]));
        using var model = Convolutions.Seeded();
        var options = Toy.Quiet with { BatchSize = count / 4, ValidationData = validation, FeatureCache = new() { Storage = cache } };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.CategoricalCrossEntropy());
        var head = compiled.Fit(pictures, options with { Epochs = 3 });
        model.EnterPhase(Phase.Matching("layer4", "avgpool", "flatten"));
        var fine = model.Recompile(1e-3).Fit(pictures, options with { InitialEpoch = 3, Epochs = 6 });
        return Result(model, head.Concat(fine));
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights, History History) TrainOn(
        IDataset data, FeatureStorage cache, int views = 0, long? budget = null)
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var history = compiled.Fit(data, Toy.Quiet with
        {
            Epochs = 4,
            BatchSize = 10,
            FeatureCache = new() { Storage = cache, AugmentedViews = views, MaxBytes = budget },
            MaxDamagedSamples = int.MaxValue,
        });
        return Result(model, history);
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights, History History) Result(
        nn.Module model,
        History history) =>
        (
            [.. history["loss"], .. history.Records[0].Metrics.ContainsKey("val_loss") ? history["val_loss"] : []],
            Toy.Weights(model),
            history);

    private sealed class Identified(IDataset data) : IDataset
    {
        public int Reads { get; set; }

        public int Count => data.Count;

        public string? Identity => data.Identity;

        public Sample Read(int index, Random random)
        {
            Reads++;
            return data.Read(index, random);
        }
    }

    private sealed class Counting(IDataset data) : IDataset
    {
        public Dictionary<int, int> Reads { get; } = [];

        public int Count => data.Count;

        public Sample Read(int index, Random random)
        {
            Reads[index] = Reads.GetValueOrDefault(index) + 1;
            return data.Read(index, random);
        }
    }

    /// <summary>Adds noise to the samples from an index on.</summary>
    private sealed class Noisy(IDataset data, int from = 0) : IDataset
    {
        public int Reads { get; private set; }

        public int Count => data.Count;

        public Sample Read(int index, Random random)
        {
            Reads++;
            var sample = data.Read(index, random);
            return index < from ? sample : sample with { Input = sample.Input + random.NextDouble() };
        }
    }

    private sealed class Broken(IDataset data, params int[] damaged) : IDataset
    {
        public int Count => data.Count;

        public Sample Read(int index, Random random) =>
            damaged.Contains(index) ? throw new DamagedSampleException($"Sample {index} is damaged.") : data.Read(index, random);
    }
}
