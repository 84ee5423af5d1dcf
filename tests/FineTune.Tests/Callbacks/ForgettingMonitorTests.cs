using FineTune.Data;
using FineTune.Tests.Models;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class ForgettingMonitorTests
{
    [Test]
    public void What_is_forgotten_is_the_best_so_far_minus_the_value_now()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.5), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        compiled.Fit(Toy.Points(features: 3), Toy.Quiet with { Epochs = 20 });
        var known = compiled.Evaluate(Toy.Points(features: 3));

        // The model itself plays the source task's part, and now learns the opposite of what it knows.
        var history = compiled.Fit(Opposite(), Toy.Quiet with
        {
            Epochs = 3,
            Callbacks = [new ForgettingMonitor(compiled, Toy.Points(features: 3))],
        });

        Assert.That(history["forgotten_loss"], Is.Ordered.And.All.GreaterThan(0));
        for (var epoch = 0; epoch < 3; epoch++)
        {
            Assert.That(history["forgotten_loss"][epoch], Is.EqualTo(history["source_loss"][epoch] - known.Loss).Within(1e-9));
            Assert.That(
                history["forgotten_accuracy"][epoch],
                Is.EqualTo(known["accuracy"] - history["source_accuracy"][epoch]).Within(1e-9));
        }
    }

    [Test]
    public void What_gets_better_is_not_forgotten()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());

        var history = compiled.Fit(Toy.Points(features: 3), Toy.Quiet with
        {
            Epochs = 3,
            Callbacks = [new ForgettingMonitor(compiled, Toy.Points(features: 3))],
        });

        Assert.That(history["forgotten_loss"], Is.All.Zero);
    }

    [Test]
    public void Its_values_can_be_monitored()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());

        var history = compiled.Fit(Toy.Points(features: 3), Toy.Quiet with
        {
            Callbacks =
            [
                new ForgettingMonitor(compiled, Toy.Points(features: 3)),
                new EarlyStopping("source_loss", mode: MonitorMode.Min),
            ],
        });

        Assert.That(history.Outcome.Best!.Monitor, Is.EqualTo("source_loss"));
    }

    private static InMemoryDataset Opposite()
    {
        var points = Toy.Points(features: 3);
        var samples = Enumerable.Range(0, points.Count).Select(index => points.Read(index, new Random(0))).ToList();
        return new InMemoryDataset(
            stack(samples.Select(sample => sample.Input).ToList()),
            1 - stack(samples.Select(sample => sample.Target).ToList()));
    }
}
