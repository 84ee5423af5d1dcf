using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class AccumulationTests
{
    [TestCase(1, 48, TestName = "One_batch_of_all_samples")]
    [TestCase(4, 12, TestName = "Accumulating_four_batches_equals_one_four_times_as_large")]
    [TestCase(5, 10, TestName = "Accumulating_batches_of_unequal_size_equals_one_of_all")]
    [TestCase(99, 7, TestName = "An_accumulation_that_the_epoch_ends_early_equals_one_of_what_there_was")]
    public void Gradients_accumulate_exactly(int accumulate, int batchSize)
    {
        var expected = Weights(Toy.Quiet with { Epochs = 3, BatchSize = 48 });

        var weights = Weights(Toy.Quiet with { Epochs = 3, BatchSize = batchSize, AccumulateBatches = accumulate });

        foreach (var (name, values) in expected)
        {
            Assert.That(weights[name], Is.EqualTo(values).Within(1e-6f), name);
        }
    }

    [Test]
    public void The_last_incomplete_accumulation_takes_a_step_of_its_own()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());

        var history = compiled.Fit(Toy.Points(features: 3), Toy.Quiet with { BatchSize = 10, AccumulateBatches = 2 });

        Assert.That(history.Steps, Is.EqualTo(3));
    }

    [Test]
    public void Clipping_looks_at_the_accumulated_gradient()
    {
        var expected = Weights(Toy.Quiet with { BatchSize = 48, ClipNorm = 0.01 });

        var weights = Weights(Toy.Quiet with { BatchSize = 12, AccumulateBatches = 4, ClipNorm = 0.01 });

        Assert.That(weights["head.weight"], Is.EqualTo(expected["head.weight"]).Within(1e-7f));
    }

    [Test]
    public void Clipping_by_norm_scales_all_gradients_to_it()
    {
        using var model = LinearModel.Seeded();
        var before = Toy.Weights(model);
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());

        compiled.Fit(Toy.Points(features: 3), Toy.Quiet with { BatchSize = 48, ClipNorm = 0.03125 });

        var after = Toy.Weights(model);
        var moved = Math.Sqrt(before.Sum(entry => entry.Value.Zip(after[entry.Key], (b, a) => Math.Pow(a - b, 2)).Sum()));
        Assert.That(moved, Is.EqualTo(0.03125).Within(1e-5));
    }

    [Test]
    public void Clipping_by_value_cuts_each_element_off()
    {
        using var model = LinearModel.Seeded();
        var before = Toy.Weights(model);
        var compiled = model.Compile(Optimizers.SGD(1), Losses.BinaryCrossEntropyWithLogits());

        compiled.Fit(Toy.Points(features: 3), Toy.Quiet with { BatchSize = 48, ClipValue = 1e-3 });

        var after = Toy.Weights(model);
        var moved = before.SelectMany(entry => entry.Value.Zip(after[entry.Key], (b, a) => Math.Abs(a - b))).ToList();
        Assert.That(moved.Max(), Is.EqualTo(1e-3).Within(1e-6));
    }

    [Test]
    public void A_sample_of_weight_zero_teaches_nothing_and_counts_nothing()
    {
        var points = Toy.Points(features: 3);
        var weights = Enumerable.Range(0, points.Count).Select(index => index < 24 ? 1f : 0f).ToArray();
        using var model = LinearModel.Seeded();
        var weighted = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(points, Toy.Quiet with { BatchSize = 48, SampleWeights = weights });

        using var half = LinearModel.Seeded();
        using var inputs = torch.stack(Enumerable.Range(0, 24).Select(index => points.Read(index, new Random(0)).Input).ToList());
        using var targets = torch.stack(Enumerable.Range(0, 24).Select(index => points.Read(index, new Random(0)).Target).ToList());
        var alone = half.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(new InMemoryDataset(inputs, targets), Toy.Quiet with { BatchSize = 48 });

        Assert.That(weighted["loss"][0], Is.EqualTo(alone["loss"][0]).Within(1e-6));
        Assert.That(Toy.Values(model.head.weight!), Is.EqualTo(Toy.Values(half.head.weight!)).Within(1e-6f));
    }

    private static Dictionary<string, float[]> Weights(FitOptions options)
    {
        using var model = LinearModel.Seeded();
        model
            .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(features: 3), options with { Shuffle = false });
        return Toy.Weights(model);
    }
}
