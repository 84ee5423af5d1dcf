using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>Targets that a loss cannot be computed of stop training before the first step, with the sample's name and what to do.</summary>
public sealed class TargetTests
{
    private const string Binary = "binary cross-entropy takes 0 and 1, or a probability between them.";

    [TestCase(1f, 2f, "is 2; " + Binary + " Targets of 1 and 2 become 0 and 1 by subtracting 1.")]
    [TestCase(-1f, 1f, "is -1; " + Binary + " Targets of -1 and 1 become 0 and 1 by (target + 1) / 2.")]
    [TestCase(0f, 255f, "is 255; " + Binary + " Targets of 0 and 255 become 0 and 1 by dividing by 255.")]
    [TestCase(0f, float.NaN, "is NaN; " + Binary)]
    public void Binary_targets_of_other_numbers_are_an_error_that_says_what_to_do(float no, float yes, string sentence)
    {
        var targets = torch.tensor(Enumerable.Range(0, 48).Select(i => i % 2 == 0 ? no : yes).ToArray());

        Refuses(Topped.With(1), Losses.BinaryCrossEntropyWithLogits(), targets, sentence);
        Refuses(Topped.With(1), Losses.BinaryCrossEntropyWithLogits(), targets.to_type(ScalarType.Float64), sentence);
    }

    [Test]
    public void Binary_targets_of_more_than_two_classes_are_an_error_that_names_the_other_loss() =>
        Refuses(
            Topped.With(1),
            Losses.BinaryCrossEntropyWithLogits(),
            torch.arange(48).remainder(3),
            "The target of sample 2 is 2; " + Binary
                + " More than two classes take a head with an output for each, and Losses.CategoricalCrossEntropy.");

    [TestCase(ScalarType.Int64)]
    [TestCase(ScalarType.Byte)]
    [TestCase(ScalarType.Bool)]
    [TestCase(ScalarType.Float64)]
    public void Binary_targets_are_converted_where_nothing_is_lost(ScalarType type)
    {
        var loss = Fit(Topped.With(1), Losses.BinaryCrossEntropyWithLogits(), torch.arange(48).remainder(2).to_type(type));

        Assert.That(loss, Is.EqualTo(
            Fit(Topped.With(1), Losses.BinaryCrossEntropyWithLogits(), torch.arange(48).remainder(2).to_type(ScalarType.Float32))));
    }

    [Test]
    public void A_target_far_behind_the_first_batch_is_found_before_the_first_step()
    {
        using var model = Topped.With(3);
        var before = Toy.Weights(model);
        var targets = torch.zeros(480, ScalarType.Int64);
        targets[479] = 3;

        Assert.That(
            () => Compile(model, Losses.CategoricalCrossEntropy()).Fit(new InMemoryDataset(torch.randn(480, 4), targets), Toy.Quiet),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "The target of sample 479 is 3; with 3 outputs, expected the number of a class from 0 to 2, or -100 for a sample that does "
                    + "not count. Give the head an output for each class, or look at the numbers."));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void A_set_that_does_not_know_its_targets_is_checked_batch_by_batch()
    {
        using var model = Topped.With(3);
        var data = new Own(48, index => torch.tensor(index == 40 ? 7L : 0L));

        Assert.That(
            () => Compile(model, Losses.CategoricalCrossEntropy()).Fit(data, Toy.Quiet with { Shuffle = false }),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The target of sample 40 is 7; with 3 outputs,"));
        Assert.That(
            () => Compile(model, Losses.CategoricalCrossEntropy()).Evaluate(data),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The target of sample 40 is 7; with 3 outputs,"));
    }

    [Test]
    public void Validation_targets_are_checked_before_the_first_step_as_well()
    {
        using var model = Topped.With(1);
        var validation = new InMemoryDataset(torch.randn(2, 4), torch.tensor(new[] { 0L, 2L }));

        Assert.That(
            () => Compile(model, Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(), Toy.Quiet with { ValidationData = validation }),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The target of sample 1 is 2; " + Binary));
    }

    [Test]
    public void Own_loops_name_the_row_of_the_batch()
    {
        using var model = Topped.With(3);
        var compiled = Compile(model, Losses.CategoricalCrossEntropy());

        Assert.That(
            () => compiled.TrainStep(torch.randn(2, 4), torch.tensor(new[] { 0L, -1L })),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The target in row 1 of the batch is -1; with 3 outputs,"));
    }

    [Test]
    public void Classes_numbered_from_1_are_told_so() =>
        Refuses(
            Topped.With(3),
            Losses.CategoricalCrossEntropy(),
            torch.arange(48).remainder(3) + 1,
            "is 3; with 3 outputs, expected the number of a class from 0 to 2, or -100 for a sample that does not count. Classes that are "
                + "numbered from 1 become so by subtracting 1.");

    [Test]
    public void Classes_may_be_whole_floating_numbers()
    {
        var whole = Fit(Topped.With(3), Losses.CategoricalCrossEntropy(), torch.arange(48).remainder(3));

        Assert.That(
            Fit(Topped.With(3), Losses.CategoricalCrossEntropy(), torch.arange(48).remainder(3).to_type(ScalarType.Float32)),
            Is.EqualTo(whole));
        Refuses(Topped.With(3), Losses.CategoricalCrossEntropy(), torch.full(48, 0.5f), "is 0.5; with 3 outputs, expected the number");
    }

    [Test]
    public void Whole_floating_numbers_are_weighted_and_ignored_as_whole_ones_are()
    {
        using var model = Topped.With(3);
        var compiled = Compile(model, Losses.CategoricalCrossEntropy(classWeights: [1, 2, 4]));
        var (inputs, targets) = (torch.randn(4, 4), torch.tensor(new[] { 0L, -100, 2, 1 }));

        Assert.That(
            compiled.Evaluate(new InMemoryDataset(inputs, targets.to_type(ScalarType.Float32))).Loss,
            Is.EqualTo(compiled.Evaluate(new InMemoryDataset(inputs, targets)).Loss));
    }

    [TestCase(new[] { 0.5f, 0.25f, 0.5f }, "has probabilities that sum to 1.25; expected 1.")]
    [TestCase(new[] { 0f, 255f, 0f }, "has 255 for a class; expected a probability from 0 to 1.")]
    public void Probabilities_are_from_0_to_1_and_sum_to_1(float[] probabilities, string sentence) =>
        Refuses(Topped.With(3), Losses.CategoricalCrossEntropy(), torch.tensor(probabilities).expand(48, 3).contiguous(), sentence);

    [Test]
    public void Numbers_to_come_close_to_are_finite()
    {
        var targets = torch.zeros(48);
        targets[7] = double.PositiveInfinity;

        Refuses(Topped.With(1), Losses.MeanSquaredError(), targets, "The target of sample 7 is Infinity; expected a finite number.");
    }

    // PyTorch: cross_entropy(output, target), where the mean is over what is not ignored.
    [TestCase(false)]
    [TestCase(true)]
    public void What_is_ignored_counts_neither_in_the_loss_nor_in_metrics(bool weighted)
    {
        using var model = Topped.With(3);
        double[]? weights = weighted ? [1, 2, 4] : null;
        var compiled = Compile(
            model, Losses.CategoricalCrossEntropy(classWeights: weights), Metrics.CategoricalAccuracy(), Metrics.Recall(Averaging.Macro));
        var inputs = torch.randn(6, 4);
        var targets = torch.tensor(new[] { -100L, 0, 1, -100, 2, 1 });
        using var noGradients = torch.no_grad();
        var output = model.call(inputs);
        var expected = nn.functional.cross_entropy(output, targets, weighted ? torch.tensor(new[] { 1f, 2f, 4f }) : null);
        var right = output.argmax(1).eq(targets).sum().ToDouble() / 4;

        var evaluation = compiled.Evaluate(new InMemoryDataset(inputs, targets), batchSize: 4);
        var confusion = compiled.ConfusionMatrix(new InMemoryDataset(inputs, targets), batchSize: 4);

        Assert.That(evaluation.Loss, Is.EqualTo(expected.ToDouble()).Within(1e-6));
        Assert.That(evaluation["accuracy"], Is.EqualTo(right));
        Assert.That(confusion.Total, Is.EqualTo(4));
        Assert.That(compiled.TrainStep(inputs, targets).Loss, Is.EqualTo(expected.ToDouble()).Within(1e-6));
    }

    [Test]
    public void Another_number_may_be_the_one_that_is_ignored()
    {
        using var model = Topped.With(2);
        var data = new InMemoryDataset(torch.randn(3, 4), torch.tensor(new[] { 0L, 255, 1 }));

        Assert.That(Compile(model, Losses.CategoricalCrossEntropy(ignoreIndex: 255)).Evaluate(data).Loss, Is.GreaterThan(0));
    }

    [Test]
    public void A_batch_in_which_nothing_counts_moves_no_weight()
    {
        using var model = Topped.With(2);
        var before = Toy.Weights(model);
        var data = new InMemoryDataset(torch.randn(4, 4), torch.full(4, -100, ScalarType.Int64));

        Compile(model, Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy()).Fit(data, Toy.Quiet);

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    private static CompiledModel Compile(Topped model, Loss loss, params Metric[] metrics) =>
        model.Compile(Optimizers.SGD(0.1), loss, metrics);

    private static double Fit(Topped model, Loss loss, Tensor targets)
    {
        using var owned = model;
        torch.manual_seed(3);
        return Compile(model, loss).Fit(new InMemoryDataset(torch.randn(48, 4), targets), Toy.Quiet)["loss"][0];
    }

    private static void Refuses(Topped model, Loss loss, Tensor targets, string sentence) =>
        Assert.That(() => Fit(model, loss, targets), Throws.TypeOf<FineTuneException>().With.Message.Contains(sentence));

    private sealed class Own(int count, Func<int, Tensor> target) : IDataset
    {
        public int Count => count;

        public Sample Read(int index, Random random) => new(torch.full(4, index / 10f), target(index));
    }
}
