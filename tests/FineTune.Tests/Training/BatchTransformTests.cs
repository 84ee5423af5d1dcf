using FineTune.Data;
using FineTune.Tests.Models;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class BatchTransformTests
{
    private const int Seed = 3;
    private const int BatchSize = 8;

    private static IEnumerable<BatchTransform> Each =>
        [BatchTransforms.MixUp(), BatchTransforms.CutMix(), BatchTransforms.OneOf(BatchTransforms.MixUp(1), BatchTransforms.CutMix())];

    // A plain loop over mixed probabilities, which a cross-entropy is linear in, with class weights and label smoothing as in PyTorch.
    [Test]
    public void Losses_and_weights_are_those_of_a_plain_loop_over_mixed_targets(
        [Values] bool cutMix, [Values(0, 0.1)] double smoothing, [Values] bool weighted)
    {
        double[]? classWeights = weighted ? [1, 3] : null;
        var data = new Pictures();
        using var model = Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy(smoothing, classWeights));
        var history = compiled.Fit(data, Options(cutMix ? BatchTransforms.CutMix() : BatchTransforms.MixUp(0.4)) with { Epochs = 3 });

        using var byHand = Seeded();
        var losses = Enumerable.Range(0, 3)
            .Select(epoch => EpochByHand(byHand, data, epoch, cutMix, smoothing, classWeights))
            .ToList();

        Assert.That(history["loss"], Is.EqualTo(losses).Within(1e-4).Percent);
        Assert.That(Toy.Differing(Toy.Weights(byHand), Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void Samples_count_by_their_weights_and_by_those_of_their_partners()
    {
        float[] weights = [.. Enumerable.Range(0, 21).Select(i => i % 3f)];
        using var model = Seeded();
        var compiled = model.Compile(Optimizers.SGD(1e-9), Losses.CategoricalCrossEntropy());
        var history = compiled.Fit(
            new Pictures(), Options(BatchTransforms.MixUp(0.4)) with { SampleWeights = weights, BatchSize = 21, Shuffle = false });

        var random = SampleRandom.ForBatch(Seed, 0, 0);
        int[] partners = [.. Enumerable.Range(0, 21)];
        random.Shuffle(partners);
        var share = BetaDistribution.Draw(random, 0.4);
        using var pictures = Whole(out var labels);
        using var mixed = pictures * share + pictures[tensor(partners.Select(partner => (long)partner).ToArray())] * (1 - share);
        using var logits = compiled.Predict(mixed);
        var logs = nn.functional.log_softmax(logits, 1);
        double sum = 0, count = 0;
        for (var i = 0; i < 21; i++)
        {
            sum -= share * weights[i] * logs[i, labels[i]].ToDouble();
            sum -= (1 - share) * weights[partners[i]] * logs[i, labels[partners[i]]].ToDouble();
            count += share * weights[i] + (1 - share) * weights[partners[i]];
        }

        Assert.That(history["loss"].Single(), Is.EqualTo(sum / count).Within(1e-4).Percent);
    }

    [TestCaseSource(nameof(Each))]
    public void The_share_of_a_picture_is_what_is_left_of_it(BatchTransform transform)
    {
        // Each picture has one value of its own, so that its mean tells what it was made of.
        var values = arange(8, dtype: ScalarType.Float32).reshape(8, 1, 1, 1).expand(8, 3, 9, 14).contiguous();
        for (var batch = 0; batch < 50; batch++)
        {
            using var whole = new ModelBatch([.. Enumerable.Range(0, 8)], values.alias(), null, zeros(8));
            using var mixture = transform.Apply(whole, SampleRandom.ForBatch(0, 0, batch));
            using var means = mixture.Batch.Inputs![0].mean([1, 2, 3]);

            Assert.That(mixture.Share, Is.InRange(0, 1));
            Assert.That(
                means.Values<float>(),
                Is.EqualTo(mixture.Partners.Select((partner, own) => mixture.Share * own + (1 - mixture.Share) * partner)).Within(1e-4));
        }
    }

    [TestCaseSource(nameof(Each))]
    public void A_run_on_augmented_pictures_that_is_stopped_in_an_epoch_and_resumed_ends_with_the_same_bits(BatchTransform transform)
    {
        using var folder = new TemporaryFolder();
        var undisturbed = Train(null, null);
        Assert.That(Train(folder.Path, stopAt: 5), Is.Null);

        Assert.That(Train(folder.Path, null), Is.EqualTo(undisturbed));

        string? Train(string? path, int? stopAt)
        {
            using var stopping = new CancellationTokenSource();
            var batches = 0;
            var stop = new Recorder
            {
                AtBatchEnd = _ =>
                {
                    if (++batches == stopAt)
                    {
                        stopping.Cancel();
                    }
                },
            };
            using var model = Seeded();
            var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
            var data = new AugmentedDataset(
                new Pictures(), [Augmentations.HorizontalFlip(), Augmentations.ColorJitter(0.2), Augmentations.RandomErasing(value: null)]);
            var history = compiled.Fit(data, Options(transform) with
            {
                Epochs = 4,
                AccumulateBatches = 2,
                CancellationToken = stopping.Token,
                Callbacks = [stop],
                Backup = path is null ? null : new(path, everyBatches: 1),
            });
            return history.Outcome.Reason == StopReason.Cancelled
                ? null
                : string.Join(' ', Toy.Weights(model).SelectMany(named => named.Value).Select(BitConverter.SingleToUInt32Bits))
                    + string.Join(' ', history["loss"].Concat(history["accuracy"]).Select(BitConverter.DoubleToUInt64Bits));
        }
    }

    [Test]
    public void The_number_of_workers_changes_no_bit_and_another_seed_or_epoch_all()
    {
        Assert.That(Losses(workers: 3, Seed), Is.EqualTo(Losses(workers: 0, Seed)));
        Assert.That(Losses(0, Seed + 1), Is.Not.EqualTo(Losses(0, Seed)));
        Assert.That(Losses(0, Seed).Distinct().Count(), Is.EqualTo(2), "weights hardly move, so that epochs differ by what is drawn");

        static IReadOnlyList<double> Losses(int workers, int seed)
        {
            using var model = Seeded();
            var compiled = model.Compile(Optimizers.SGD(1e-9), FineTune.Losses.CategoricalCrossEntropy());
            var options = Options(BatchTransforms.MixUp(1)) with { Workers = workers, Seed = seed, Epochs = 2, Shuffle = false };
            return [.. compiled.Fit(new Pictures(), options)["loss"]];
        }
    }

    [Test]
    public void Validation_is_never_mixed_and_training_metrics_look_at_the_larger_share()
    {
        using var model = new Brightness();
        var data = new Pictures();
        var compiled = model.Compile(Optimizers.SGD(1e-9), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());

        var history = compiled.Fit(data, Options(BatchTransforms.MixUp(0.2)) with { ValidationData = data });
        var evaluation = compiled.Evaluate(data);

        Assert.That(history["val_loss"].Single(), Is.EqualTo(evaluation.Loss).Within(1e-4).Percent);
        var right = 0;
        foreach (var (batch, number) in Batches(data, 0).Select((batch, number) => (batch, number)))
        {
            using var mixture = BatchTransforms.MixUp(0.2).Apply(new ModelBatch(batch), SampleRandom.ForBatch(Seed, 0, number));
            using var outputs = compiled.Predict(mixture.Batch.Inputs![0]);
            using var larger = mixture.Of(batch.Targets).Larger[0];
            right += (int)outputs.argmax(1).eq(larger).sum().ToInt64();
        }

        Assert.That(history["accuracy"].Single(), Is.EqualTo(right / 21.0).Within(1e-9));
    }

    [Test]
    public void The_losses_of_several_outputs_are_mixed_each()
    {
        using var model = new TwoAnswers();
        manual_seed(1);
        var data = new InMemoryDataset(randn(12, 4), [arange(12) % 3, randn(12, 1)]);
        var compiled = model.Compile(
            Optimizers.SGD(0.01),
            Losses.Weighted(("class", Losses.CategoricalCrossEntropy(), 1.0), ("score", Losses.MeanSquaredError(), 0.5)));

        var history = compiled.Fit(data, Options(BatchTransforms.MixUp(1)) with { Epochs = 2 });

        Assert.That(
            history["class_loss"].Zip(history["score_loss"], (first, second) => first + 0.5 * second),
            Is.EqualTo(history["loss"]).Within(1e-4).Percent);
    }

    [Test]
    public void What_is_frozen_is_not_kept_and_the_history_says_why([Values] bool asked)
    {
        using var model = new PictureModel();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());

        var history = compiled.Fit(new Pictures(), Options(BatchTransforms.MixUp()) with
        {
            FeatureCache = new() { Storage = asked ? FeatureStorage.Memory : FeatureStorage.Auto, AugmentedViews = 2 },
        });

        Assert.That(
            history.FeatureCaches.Single().Reason,
            Is.EqualTo("MixUp(alpha: 0.2) mixes the samples of a batch before the frozen part sees them"));
        Assert.That(
            history.Warnings.Select(warning => warning.Kind), Is.EqualTo(asked ? new[] { WarningKind.FeaturesNotKept } : []));
    }

    [Test]
    public void A_resume_with_another_mixture_is_refused()
    {
        using var folder = new TemporaryFolder();
        Fit(BatchTransforms.MixUp());

        Assert.That(
            () => Fit(BatchTransforms.CutMix()),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("BatchTransform was MixUp(alpha: 0.2) and is CutMix(alpha: 1)"));

        void Fit(BatchTransform transform)
        {
            using var model = Seeded();
            var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
            compiled.Fit(new Pictures(), Options(transform) with { Backup = new(folder.Path) });
        }
    }

    [Test]
    public void What_cannot_be_mixed_is_refused()
    {
        Refuses(BatchTransforms.MixUp(), arange(8).reshape(4, 2), "an input is Int64 [4, 2]");
        Refuses(BatchTransforms.CutMix(), randn(4, 2), "but there is one of [4, 2]. Take BatchTransforms.MixUp.");
        Refuses(BatchTransforms.CutMix(), [randn(4, 3, 2, 2), randn(4, 2)], "but there are 2 of [4, 3, 2, 2] and [4, 2]");
        Assert.That(() => BatchTransforms.MixUp(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => BatchTransforms.CutMix(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => BatchTransforms.OneOf(), Throws.ArgumentException);

        static void Refuses(BatchTransform transform, Tensors inputs, string message) => Assert.That(
            () => transform.Apply(new ModelBatch([0, 1, 2, 3], inputs, null, zeros(4)), new Random(0)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(message));
    }

    // The distribution functions of three that have a closed one, and for the smallest alphas the variance: 1 / (4 (2 alpha + 1)).
    [Test]
    public void Shares_are_of_the_beta_distribution()
    {
        Fits(0.5, x => 2 / Math.PI * Math.Asin(Math.Sqrt(x)));
        Fits(1, x => x);
        Fits(2, x => x * x * (3 - 2 * x));
        foreach (var alpha in new[] { 0.001, 0.2, 0.5, 1, 1.5, 8 })
        {
            var drawn = Drawn(alpha);
            Assert.That(drawn, Is.All.InRange(0, 1));
            Assert.That(drawn.Average(), Is.EqualTo(0.5).Within(0.02), $"{alpha}");
            Assert.That(drawn.Average(x => (x - 0.5) * (x - 0.5)), Is.EqualTo(1 / (4 * (2 * alpha + 1))).Within(5).Percent, $"{alpha}");
        }

        static void Fits(double alpha, Func<double, double> below)
        {
            var drawn = Drawn(alpha).Order().ToList();

            // Kolmogorov and Smirnov: further away in one of ten million samples.
            var furthest = drawn.Select((x, i) => Math.Abs(below(x) - (i + 0.5) / drawn.Count)).Max();
            Assert.That(furthest, Is.LessThan(2.9 / Math.Sqrt(drawn.Count)), $"{alpha}");
        }

        static List<double> Drawn(double alpha)
        {
            var random = new Random(9);
            return [.. Enumerable.Range(0, 20_000).Select(_ => BetaDistribution.Draw(random, alpha))];
        }
    }

    private static FitOptions Options(BatchTransform transform) =>
        Toy.Quiet with { BatchSize = BatchSize, Seed = Seed, BatchTransform = transform };

    private static PictureModel Seeded()
    {
        manual_seed(11);
        var model = new PictureModel();
        model.UnfreezeBackbone();
        return model;
    }

    private static List<Batch> Batches(IDataset data, int epoch) =>
        [.. new BatchLoader(data, new() { BatchSize = BatchSize, Seed = Seed, Workers = 0 }).Epoch(epoch)];

    private static Tensor Whole(out long[] labels)
    {
        var data = new Pictures();
        labels = [.. Enumerable.Range(0, data.Count).Select(index => (long)data.ClassOf(index))];
        return stack([.. Enumerable.Range(0, data.Count).Select(index => data.Read(index, new Random(0)).Input)]);
    }

    private static double EpochByHand(
        PictureModel model, IDataset data, int epoch, bool cutMix, double smoothing, double[]? classWeights)
    {
        double sum = 0, count = 0;
        using var weights = tensor((classWeights ?? [1, 1]).Select(weight => (float)weight).ToArray());
        using var optimizer = optim.SGD(model.parameters(), 0.1);
        foreach (var (batch, number) in Batches(data, epoch).Select((batch, number) => (batch, number)))
        {
            var random = SampleRandom.ForBatch(Seed, epoch, number);
            int[] partners = [.. Enumerable.Range(0, batch.Count)];
            random.Shuffle(partners);
            var others = tensor(partners.Select(partner => (long)partner).ToArray());
            var (x, share) = cutMix ? CutOut(batch.Input, others, random) : MixedUp(batch.Input, others, random);
            var own = nn.functional.one_hot(batch.Target, 2).to_type(ScalarType.Float32);
            var wanted = own * share + own[others] * (1 - share);
            var smoothed = wanted * (1 - smoothing) + smoothing / 2;

            optimizer.zero_grad();
            var total = -(weights * smoothed * nn.functional.log_softmax(model.call(x), 1)).sum();
            var counted = (weights * wanted).sum();
            (total / counted).backward();
            optimizer.step();
            sum += total.ToDouble();
            count += counted.ToDouble();
        }

        return sum / count;
    }

    private static (Tensor, double) MixedUp(Tensor x, Tensor others, Random random)
    {
        var share = BetaDistribution.Draw(random, 0.4);
        return (x * share + x[others] * (1 - share), share);
    }

    private static (Tensor, double) CutOut(Tensor x, Tensor others, Random random)
    {
        var (top, left, down, across) = new CutMix(1).Draw(random, 6, 8);
        var mixed = x.clone();
        for (var i = 0; i < x.size(0); i++)
        {
            for (var row = top; row < top + down; row++)
            {
                for (var column = left; column < left + across; column++)
                {
                    mixed[i, .., row, column] = x[others[i].ToInt64(), .., row, column];
                }
            }
        }

        return (mixed, 1 - down * across / 48.0);
    }

    /// <summary>Two classes, twenty-one pictures, each at its own brightness.</summary>
    private sealed class Pictures : IClassified
    {
        public int Count => 21;

        public IReadOnlyList<string> Classes => ["dark", "light"];

        public int ClassOf(int index) => index % 2;

        public Sample Read(int index, Random random)
        {
            var values = new Random(index);
            return new(
                tensor(Enumerable.Range(0, 3 * 6 * 8).Select(_ => values.NextSingle() + ClassOf(index)).ToArray()).reshape(3, 6, 8),
                tensor((long)ClassOf(index)));
        }
    }
}
