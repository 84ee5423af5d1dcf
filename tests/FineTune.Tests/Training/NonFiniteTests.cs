using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class NonFiniteTests
{
    [Test]
    public void A_non_finite_loss_names_epoch_step_and_layer_and_leaves_the_weights()
    {
        using var model = LinearModel.Seeded();
        var compiled = Compile(model);
        Dictionary<string, float[]> before = [];
        var poison = new Recorder
        {
            AtBatchEnd = fit =>
            {
                if (fit is { Epoch: 1, Batch: 1 })
                {
                    // Finite, but its product overflows.
                    using var noGradients = torch.no_grad();
                    ((TorchSharp.Modules.Linear)model.Layers[1].Module).weight!.fill_(3e38);
                    before = Toy.Weights(model);
                }
            },
        };

        Assert.That(
            () => compiled.Fit(Toy.Points(features: 3), Toy.Quiet with { Epochs = 3, BatchSize = 16, Callbacks = [poison] }),
            Throws.TypeOf<NonFiniteException>()
                .With.Property("Epoch").EqualTo(1)
                .And.Property("Step").EqualTo(2)
                .And.Message.Contains("epoch 1, step 2, first in layer backbone.second"));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void A_non_finite_input_is_named_as_such()
    {
        using var model = LinearModel.Seeded();

        Assert.That(
            () => Compile(model).Fit(new InMemoryDataset(torch.full(4, 3, float.NaN), torch.ones(4)), Toy.Quiet),
            Throws.TypeOf<NonFiniteException>().With.Message.StartsWith("The loss is NaN at epoch 0, step 0, first in the input"));
    }

    [Test]
    public void A_non_finite_gradient_of_a_finite_loss_names_the_layer_and_leaves_the_weights()
    {
        using var model = LinearModel.Seeded();
        var before = Toy.Weights(model);
        var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1), new RootLoss(), []);

        Assert.That(
            () => compiled.TrainStep(torch.ones(2, 3), torch.ones(2)),
            Throws.TypeOf<NonFiniteException>().With.Message.Contains("The gradient norm is")
                .And.Message.Contains("layer backbone.first (the gradient of its weight)"));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void The_best_weights_are_back_when_the_error_reaches_the_caller()
    {
        using var model = LinearModel.Seeded();
        Dictionary<string, float[]> best = [];
        var poison = new Recorder
        {
            AtEpochEnd = fit =>
            {
                best = Toy.Weights(model);
                using var noGradients = torch.no_grad();
                model.head.weight!.fill_(float.NaN);
            },
        };

        Assert.That(
            () =>
                Compile(model).Fit(Toy.Points(features: 3), Toy.Quiet with { Epochs = 3, Callbacks = [new EarlyStopping("loss"), poison] }),
            Throws.TypeOf<NonFiniteException>());
        Assert.That(Toy.Changed(best, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void Stopping_makes_it_an_orderly_end()
    {
        using var model = LinearModel.Seeded();
        var poison = new Recorder
        {
            AtEpochEnd = fit =>
            {
                using var noGradients = torch.no_grad();
                model.head.weight!.fill_(float.NaN);
            },
        };

        var history = Compile(model).Fit(
            Toy.Points(features: 3), Toy.Quiet with { Epochs = 3, Callbacks = [poison], OnNonFinite = NonFinitePolicy.Stop });

        Assert.That(history.Outcome.Reason, Is.EqualTo(StopReason.NonFinite));
        Assert.That(history.Outcome.Message, Does.Contain("epoch 1, step 0, first in the parameter head.weight"));
        Assert.That(history.Records, Has.Count.EqualTo(1));
    }

    private static CompiledModel Compile(LinearModel model) =>
        CompiledModel.Compile(model, Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), []);

    /// <summary>A loss of 0 whose slope there is infinite.</summary>
    private sealed class RootLoss() : Loss("root")
    {
        public override Tensor PerSample(Tensor output, Tensor target) => (output - output.detach()).reshape(-1).sqrt();
    }
}
