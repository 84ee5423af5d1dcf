using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class FeaturesOfBatchesReadAheadTests
{
    [Test]
    public void Both_phases_agree_with_training_without_the_cache()
    {
        var with = Train(FeatureStorage.Memory);
        var without = Train(FeatureStorage.Off);

        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
        Assert.That(with.History.FeatureCaches.Select(use => (use.Computed, use.Reused)), Is.EqualTo(new[] { (31L, 62L), (31L, 62L) }));
    }

    [Test]
    public void A_callback_that_evaluates_in_the_middle_of_an_epoch_disturbs_nothing()
    {
        var with = Train(FeatureStorage.Memory, new Evaluating());
        var without = Train(FeatureStorage.Off);

        Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
        Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
    }

    [Test]
    public void An_error_in_reading_reaches_the_caller_after_the_batches_before_it_trained()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var counting = new Counting();
        var thrown = Assert.Throws<FineTuneException>(() => compiled.Fit(
            new Failing(Toy.Points(), 25), Ahead with { BatchSize = 10, Shuffle = false, Callbacks = [counting] }));

        Assert.That(thrown!.Message, Does.Contain("sample 25").And.Contain("lost"));
        Assert.That(counting.Batches, Is.EqualTo(2));
    }

    [Test]
    public void Cancelling_leaves_features_that_the_next_fit_goes_on_with()
    {
        using var model = Convolutions.Seeded();
        model.FreezeBackbone();
        var pictures = Pictures(24);
        using var source = new CancellationTokenSource();
        var compiled = model.Compile(Optimizers.SGD(1e-2), Losses.CategoricalCrossEntropy());
        var first = compiled.Fit(pictures, Ahead with { CancellationToken = source.Token, Callbacks = [new Cancelling(source)] });
        var second = compiled.Fit(pictures, Ahead);

        Assert.That(first.Outcome.Reason, Is.EqualTo(StopReason.Cancelled));
        Assert.That(first.FeatureCaches.Single().Computed + second.FeatureCaches.Single().Computed, Is.EqualTo(24));
    }

    private static FitOptions Ahead => Toy.Quiet with { Workers = 1, BatchSize = 6 };

    private static InMemoryDataset Pictures(int count)
    {
        torch.manual_seed(3);
        return new InMemoryDataset(torch.randn(count, 3, 16, 16), torch.randint(0, 3, [count]));
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights, History History) Train(
        FeatureStorage cache,
        params Callback[] callbacks)
    {
        var (pictures, validation) = (Pictures(24), Pictures(7));
        using var model = Convolutions.Seeded();
        var options = Ahead with { ValidationData = validation, FeatureCache = new() { Storage = cache }, Callbacks = callbacks };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.CategoricalCrossEntropy());
        var head = compiled.Fit(pictures, options with { Epochs = 3 });
        model.EnterPhase(Phase.Matching("layer4", "avgpool", "flatten"));
        var fine = model.Recompile(1e-3).Fit(pictures, options with { InitialEpoch = 3, Epochs = 6 });
        var history = head.Concat(fine);
        return ([.. history["loss"], .. history["val_loss"]], Toy.Weights(model), history);
    }

    private sealed class Evaluating : Callback
    {
        private readonly InMemoryDataset data = Pictures(5);

        public override void OnBatchEnd(FitContext fit) => fit.Compiled.Evaluate(data);
    }

    private sealed class Counting : Callback
    {
        public int Batches { get; private set; }

        public override void OnBatchEnd(FitContext fit) => Batches++;
    }

    private sealed class Cancelling(CancellationTokenSource source) : Callback
    {
        public override void OnBatchEnd(FitContext fit) => source.Cancel();
    }

    private sealed class Failing(IDataset data, int from) : IDataset
    {
        public int Count => data.Count;

        public Sample Read(int index, Random random) => index == from ? throw new IOException("lost") : data.Read(index, random);
    }
}
