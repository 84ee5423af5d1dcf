using FineTune.Tests.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class HalfPrecisionTests
{
    private static readonly TestCaseData[] Stateful =
    [
        new TestCaseData(Optimizers.SGD(0.01, momentum: 0.9, masterWeights: true)).SetArgDisplayNames("SGD"),
        new TestCaseData(Optimizers.Adam(1e-3, masterWeights: true)).SetArgDisplayNames("Adam"),
        new TestCaseData(Optimizers.AdamW(1e-3, masterWeights: true)).SetArgDisplayNames("AdamW"),
        new TestCaseData(Optimizers.RMSProp(1e-3, masterWeights: true)).SetArgDisplayNames("RMSProp"),
    ];

    [Test]
    public void A_backbone_in_half_precision_trains_in_both_phases_with_its_features_kept_as_without()
    {
        var with = TrainBothPhases(FeatureStorage.Memory);
        var without = TrainBothPhases(FeatureStorage.Off);

        Assert.Multiple(() =>
        {
            Assert.That(with.Losses, Toy.AgreesWith(without.Losses));
            Assert.That(Toy.Differing(without.Weights, with.Weights), Is.Empty);
            Assert.That(with.History.FeatureCaches.Select(use => use.Kind), Is.All.EqualTo(FeatureStorage.Memory));
            Assert.That(with.History.FeatureCaches.Select(use => use.Reused), Is.All.GreaterThan(0));
            Assert.That(with.History["loss"][^1], Is.LessThan(0.9 * with.History["loss"][0]));
        });
    }

    [Test]
    public void A_model_of_two_types_takes_the_steps_of_a_loop_by_hand_that_keeps_copies_in_single_precision()
    {
        using var scope = NewDisposeScope();
        using var model = HalfBackbone.Seeded();
        using var other = HalfBackbone.Seeded();
        var compiled = model.Compile(Optimizers.AdamW(2e-3, masterWeights: true), Losses.BinaryCrossEntropyWithLogits());
        var weights = other.parameters().ToList();
        var copies = weights.ConvertAll(weight => weight.dtype == ScalarType.Float32
            ? weight
            : nn.Parameter(weight.detach().to(ScalarType.Float32)));
        var halves = copies.Zip(weights).Where(pair => !ReferenceEquals(pair.First, pair.Second)).ToList();
        var optimizer = new AdamW(copies, 2e-3, weight_decay: 0.01);
        var (inputs, targets) = (randn(32, 4), randint(0, 2, [32]).to(ScalarType.Float32));
        var (losses, byHand) = (new List<double>(), new List<double>());
        for (var step = 0; step < 40; step++)
        {
            losses.Add(compiled.TrainStep(inputs, targets).Loss);

            other.zero_grad();
            var loss = nn.functional.binary_cross_entropy_with_logits(other.call(inputs).squeeze(1), targets);
            byHand.Add(loss.ToDouble());
            loss.backward();
            foreach (var (copy, weight) in halves)
            {
                copy.grad = weight.grad!.to(ScalarType.Float32);
            }

            optimizer.step();
            using var noGradients = no_grad();
            foreach (var (copy, weight) in halves)
            {
                weight.copy_(copy);
            }
        }

        // What lies between two numbers of half precision may have been rounded to either.
        Assert.That(losses, Is.EqualTo(byHand).Within(0.5).Percent);
        Assert.That(losses[^1], Is.LessThan(0.9 * losses[0]));
    }

    [Test]
    public void With_master_weights_half_precision_learns_what_single_precision_does_at_a_rate_too_small_for_it()
    {
        var single = Losses(ScalarType.Float32, masters: false);
        var mastered = Losses(ScalarType.BFloat16, masters: true);
        var alone = Losses(ScalarType.BFloat16, masters: false);

        Assert.That(mastered[^1], Is.EqualTo(single[^1]).Within(0.5).Percent);
        Assert.That(single[0] - single[^1], Is.GreaterThan(0.02));
        Assert.That(alone[0] - alone[^1], Is.LessThan(0.5 * (single[0] - single[^1])));

        static IReadOnlyList<double> Losses(ScalarType type, bool masters)
        {
            using var model = LinearModel.Seeded();
            model.to(type);
            return model.Compile(Optimizers.Adam(2e-4, masterWeights: masters), FineTune.Losses.BinaryCrossEntropyWithLogits())
                .Fit(Toy.Points(features: 3), Toy.Quiet with { Epochs = 100, BatchSize = 8 })["loss"];
        }
    }

    [Test]
    public void Weights_in_half_precision_without_masters_are_a_warning_that_says_what_to_do()
    {
        using var model = HalfBackbone.Seeded();
        var alone = model.Compile(Optimizers.AdamW(), Losses.BinaryCrossEntropyWithLogits()).Warnings.Single();
        var mastered = model.Compile(Optimizers.AdamW(masterWeights: true), Losses.BinaryCrossEntropyWithLogits()).Warnings;
        model.FreezeBackbone();
        var frozen = model.Compile(Optimizers.AdamW(), Losses.BinaryCrossEntropyWithLogits()).Warnings;

        Assert.That(alone.Kind, Is.EqualTo(WarningKind.HalfPrecisionWeights));
        Assert.That(
            alone.Message,
            Does.StartWith("Of the parameters that train, 4 of 6 are BFloat16, backbone.fc1.weight among them")
                .And.Contain("Optimizers.AdamW(…, masterWeights: true)"));
        Assert.That(mastered, Is.Empty);
        Assert.That(frozen, Is.Empty, "what does not train loses nothing");
    }

    [Test]
    public void Steps_that_only_add_up_in_the_masters_are_no_warning()
    {
        using var model = LinearModel.Seeded();
        model.to(ScalarType.BFloat16);

        var history = model.Compile(Optimizers.Adam(1e-7, masterWeights: true), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(features: 3), Toy.Quiet with { Epochs = 2 });

        Assert.That(history.Warnings, Is.Empty);
    }

    [TestCaseSource(nameof(Stateful))]
    public void The_best_weights_that_were_restored_are_where_training_goes_on(OptimizerConfig optimizer)
    {
        using var model = LinearModel.Seeded();
        model.to(ScalarType.BFloat16);
        var compiled = model.Compile(optimizer, Losses.BinaryCrossEntropyWithLogits());
        var epochs = new List<Dictionary<string, float[]>>();
        var recorder = new Recorder { AtEpochEnd = _ => epochs.Add(Toy.Weights(model)) };
        compiled.Fit(Toy.Points(features: 3), Toy.Quiet with
        {
            Epochs = 12,
            BatchSize = 8,
            Callbacks =
            [
                new Scripted("badness", [.. Enumerable.Range(0, 12)]),
                recorder,
                new EarlyStopping("badness", patience: 20, mode: MonitorMode.Min),
            ],
        });

        Assert.That(Toy.Changed(epochs[0], epochs[^1]), Is.Not.Empty);
        Assert.That(Toy.Changed(epochs[0], Toy.Weights(model)), Is.Empty, "restored");

        foreach (var group in compiled.LearningRates)
        {
            group.LearningRate = 1e-12;
        }

        using var scope = NewDisposeScope();
        compiled.TrainStep(randn(4, 3), ones(4));
        Assert.That(Toy.Changed(epochs[0], Toy.Weights(model)), Is.Empty, "and not undone");
    }

    [TestCaseSource(nameof(Stateful))]
    public void Masters_are_carried_to_what_is_compiled_again(OptimizerConfig optimizer)
    {
        Assert.That(Trained(recompile: true), Is.EqualTo(Trained(recompile: false)));

        Dictionary<string, float[]> Trained(bool recompile)
        {
            using var scope = NewDisposeScope();
            using var model = LinearModel.Seeded();
            model.to(ScalarType.BFloat16);
            var compiled = model.Compile(optimizer, Losses.BinaryCrossEntropyWithLogits());
            manual_seed(2);
            var (inputs, targets) = (randn(8, 3), randint(0, 2, [8]).to(ScalarType.Float32));
            for (var step = 0; step < 8; step++)
            {
                if (recompile && step == 4)
                {
                    compiled = model.Recompile(compiled.LearningRates[0].LearningRate, keepOptimizerState: true);
                }

                compiled.TrainStep(inputs, targets);
            }

            return Toy.Weights(model);
        }
    }

    private static (double[] Losses, Dictionary<string, float[]> Weights, History History) TrainBothPhases(FeatureStorage cache)
    {
        using var model = HalfBackbone.Seeded();
        var options = Toy.Quiet with { BatchSize = 8, ValidationData = Toy.Points(21, seed: 2), FeatureCache = new() { Storage = cache } };
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.AdamW(3e-2, masterWeights: true), Losses.BinaryCrossEntropyWithLogits());
        var head = compiled.Fit(Toy.Points(), options with { Epochs = 6 });
        model.UnfreezeLast(2);
        var fine = model.Recompile(1e-3).Fit(Toy.Points(), options with { InitialEpoch = 6, Epochs = 12 });
        var history = head.Concat(fine);
        return ([.. history["loss"], .. history["val_loss"]], Toy.Weights(model), history);
    }
}
