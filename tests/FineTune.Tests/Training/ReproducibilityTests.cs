using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class ReproducibilityTests
{
    [Test]
    public void The_same_seed_twice_gives_bit_equal_losses_and_weights()
    {
        var first = Train(seed: 5, workers: 0);
        var second = Train(seed: 5, workers: 0);

        Assert.That(second.Losses, Is.EqualTo(first.Losses));
        Assert.That(Toy.Changed(first.Weights, second.Weights), Is.Empty);
    }

    [Test]
    public void The_number_of_workers_changes_no_bit()
    {
        var none = Train(seed: 5, workers: 0);
        var three = Train(seed: 5, workers: 3);

        Assert.That(three.Losses, Is.EqualTo(none.Losses));
        Assert.That(Toy.Changed(none.Weights, three.Weights), Is.Empty);
    }

    [Test]
    public void Another_seed_gives_another_order_and_other_dropout() =>
        Assert.That(Train(seed: 6, workers: 0).Losses, Is.Not.EqualTo(Train(seed: 5, workers: 0).Losses));

    [Test]
    public void An_epoch_does_not_depend_on_the_ones_before_but_for_the_weights()
    {
        using var whole = Mlp.Seeded();
        whole.UnfreezeBackbone();
        var compiled = whole.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        compiled.Fit(Toy.Points(), Toy.Quiet with { Epochs = 4, BatchSize = 10 });

        using var halves = Mlp.Seeded();
        halves.UnfreezeBackbone();
        var again = halves.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        again.Fit(Toy.Points(), Toy.Quiet with { Epochs = 2, BatchSize = 10 });
        again.Fit(Toy.Points(), Toy.Quiet with { InitialEpoch = 2, Epochs = 4, BatchSize = 10 });

        Assert.That(Toy.Changed(Toy.Weights(whole), Toy.Weights(halves)), Is.Empty);
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights) Train(int seed, int workers)
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits());
        var history = compiled.Fit(Toy.Points(), Toy.Quiet with
        {
            Epochs = 4,
            BatchSize = 10,
            Seed = seed,
            Workers = workers,
            ValidationData = Toy.Points(seed: 2),
        });
        return ([.. history["loss"], .. history["val_loss"]], Toy.Weights(model));
    }
}
