using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>Parts that answer tuples, and parts that answer differently the next time.</summary>
public sealed class StatefulPartsTests
{
    private const int Kept = 40;

    [Test]
    public void A_frozen_LSTM_is_computed_once_and_trains_as_without_the_cache()
    {
        var (with, without) = (Train(FeatureStorage.Memory), Train(FeatureStorage.Off));

        Assert.Multiple(() =>
        {
            Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
            Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
            Assert.That(with.Uses[0].Kind, Is.EqualTo(FeatureStorage.Memory), with.Uses[0].ToString());
            Assert.That(with.Uses[0].Reused, Is.EqualTo(2 * Kept));
        });

        static (double[] Losses, Dictionary<string, float[]> Weights, IReadOnlyList<FeatureCacheUse> Uses) Train(FeatureStorage cache)
        {
            using var model = Recurrent.Seeded();
            return TrainBothPhases(model, model.FreezeBackbone, () => model.UnfreezeLast(1), Words(lengths: false), cache);
        }
    }

    [Test]
    public void A_frozen_GRU_over_packed_sequences_trains_as_without_the_cache()
    {
        var (with, without) = (Train(FeatureStorage.Auto), Train(FeatureStorage.Off));

        Assert.Multiple(() =>
        {
            Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
            Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
            Assert.That(with.Uses[0].Kind, Is.EqualTo(FeatureStorage.Memory), with.Uses[0].ToString());
        });

        static (double[] Losses, Dictionary<string, float[]> Weights, IReadOnlyList<FeatureCacheUse> Uses) Train(FeatureStorage cache)
        {
            using var model = RecurrentToTheEnd.Seeded();
            return TrainBothPhases(model, model.FreezeBackbone, () => model.UnfreezeLast(1), Words(lengths: true), cache);
        }
    }

    [Test]
    public void A_frozen_part_that_keeps_state_is_named_and_trains_as_without_the_cache()
    {
        var (with, without) = (Train(FeatureStorage.Auto), Train(FeatureStorage.Off));

        Assert.Multiple(() =>
        {
            Assert.That(with["loss"], Is.EqualTo(without["loss"]), "to the bit: nothing is kept");
            Assert.That(with["val_loss"], Is.EqualTo(without["val_loss"]));
            Assert.That(with.FeatureCaches.Single().Reason, Is.EqualTo(
                "'backbone.middle' answers differently to the same input, as it keeps state between its calls or draws random numbers"));
            Assert.That(with.Warnings.Single().Kind, Is.EqualTo(WarningKind.FeaturesNotKept));
            Assert.That(with.Warnings.Single().Message, Does.Contain("'backbone.middle'"));
            Assert.That(without.Warnings, Is.Empty);
        });

        static History Train(FeatureStorage cache) => TrainHead(() => new RememberingAttention(), cache);
    }

    [Test]
    public void A_frozen_part_that_draws_random_numbers_is_named() =>
        Assert.That(
            TrainHead(() => new NeverQuiet(), FeatureStorage.Memory).Warnings.Single().Message,
            Is.EqualTo(
                "FeatureCache.Storage is Memory, but the frozen part is computed anew in each epoch: 'backbone.middle' answers "
                    + "differently to the same input, as it keeps state between its calls or draws random numbers."));

    [Test]
    public void A_part_behind_the_cut_may_keep_what_it_likes()
    {
        torch.manual_seed(1);
        using var model = new Streaming(new RememberingAttention());
        model.EnterPhase(Phase.Matching("middle.*", "after"));

        var history = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(), Toy.Quiet with { Epochs = 3, BatchSize = 8, FeatureCache = new() { Storage = FeatureStorage.Memory } });

        Assert.That(history.Warnings, Is.Empty);
        Assert.That(history.FeatureCaches.Single().Kind, Is.EqualTo(FeatureStorage.Memory));
    }

    private static History TrainHead(Func<nn.Module<Tensor, Tensor>> middle, FeatureStorage cache)
    {
        torch.manual_seed(1);
        using var model = new Streaming(middle());
        model.FreezeBackbone();
        return model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(
            Toy.Points(),
            Toy.Quiet with
            {
                Epochs = 3,
                BatchSize = 8,
                ValidationData = Toy.Points(20, seed: 2),
                FeatureCache = new() { Storage = cache },
            });
    }

    private static (double[] Losses, Dictionary<string, float[]> Weights, IReadOnlyList<FeatureCacheUse> Uses) TrainBothPhases<TModel>(
        TModel model, Action freeze, Action unfreeze, IDataset data, FeatureStorage cache)
        where TModel : nn.Module<Tensor, Tensor>, IFineTunable
    {
        var options = Toy.Quiet with { BatchSize = 8, FeatureCache = new() { Storage = cache } };
        freeze();
        var compiled = CompiledModel.Compile(model, Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), []);
        var head = compiled.Fit(data, options with { Epochs = 3 });
        unfreeze();
        var fine = compiled.Recompile(1e-3).Fit(data, options with { InitialEpoch = 3, Epochs = 6 });
        var history = head.Concat(fine);
        return ([.. history["loss"]], Toy.Weights(model), history.FeatureCaches);
    }

    /// <summary>Sequences of seven words; whether the first is in the first half of the dictionary is what is learned.</summary>
    private static InMemoryDataset Words(bool lengths)
    {
        torch.manual_seed(3);
        var words = torch.randint(0, 20, [Kept, 7]);
        var target = words.narrow(1, 0, 1).squeeze(1).lt(10).to_type(ScalarType.Float32);
        return new InMemoryDataset(lengths ? torch.cat([torch.randint(1, 8, [Kept, 1]), words], 1) : words, target);
    }
}
