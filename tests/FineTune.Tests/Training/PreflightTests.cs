using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>What does not fit together is one sentence before the first step.</summary>
public sealed class PreflightTests
{
    [Test]
    public void One_output_for_three_classes_is_an_error_that_names_them() =>
        Assert.That(
            () => Fit(Topped.With(1), Losses.BinaryCrossEntropyWithLogits(), new Classed(40, "cats", "dogs", "owls")),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "The data has 3 classes (cats, dogs, owls), but the model has one output, which tells two apart. Give the head 3 outputs, "
                    + "and take Losses.CategoricalCrossEntropy."));

    [Test]
    public void Two_outputs_for_three_classes_are_an_error_though_the_first_batches_would_fit() =>
        Assert.That(
            () => Fit(Topped.With(2), Losses.CategoricalCrossEntropy(), new Classed(40, "cats", "dogs", "owls")),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "The data has 3 classes (cats, dogs, owls), but the model has 2 outputs. Give the head 3 outputs."));

    [Test]
    public void One_output_under_a_loss_of_several_is_an_error() =>
        Assert.That(
            () => Fit(Topped.With(1), Losses.CategoricalCrossEntropy(), Toy.Points()),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("got one output for each sample, with which it is always 0"));

    [Test]
    public void Two_outputs_for_two_classes_under_the_loss_of_one_are_an_error_that_names_both_ways_out() =>
        Assert.That(
            () => Fit(Topped.With(2), Losses.BinaryCrossEntropyWithLogits(), new Classed(20, "cats", "dogs")),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(
                "Take Losses.CategoricalCrossEntropy, or, for two classes, a head of one output."));

    [Test]
    public void Validation_classes_that_differ_are_an_error_that_lists_both()
    {
        var train = new Classed(20, "ants", "cats");

        Assert.That(
            () => Fit(Topped.With(2), Losses.CategoricalCrossEntropy(), train, new Classed(20, "cats", "dogs")),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
                "The training data has the classes ants, cats (numbered from 0 in this order), the validation data has cats, dogs: the "
                    + "same number would mean two classes."));
        Assert.That(
            () => Fit(Topped.With(2), Losses.CategoricalCrossEntropy(), train, new Classed(20, "cats")),
            Throws.TypeOf<FineTuneException>());
        Assert.That(() => Fit(Topped.With(2), Losses.CategoricalCrossEntropy(), train, new Classed(9, "ants", "cats")), Throws.Nothing);
    }

    [Test]
    public void Data_that_is_evaluated_after_training_has_the_classes_of_the_training()
    {
        using var model = Topped.With(2);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
        compiled.Fit(new Classed(20, "ants", "cats"), Toy.Quiet);
        var other = new Classed(20, "cats", "ants");

        Assert.That(() => compiled.Evaluate(other), Throws.TypeOf<FineTuneException>().With.Message.Contains("cats, ants"));
        Assert.That(() => compiled.ConfusionMatrix(other), Throws.TypeOf<FineTuneException>().With.Message.Contains("cats, ants"));
    }

    [Test]
    public void A_model_that_ends_in_a_sigmoid_is_a_warning_at_the_start()
    {
        var history = Fit(Topped.With(1, logits => logits.sigmoid()), Losses.BinaryCrossEntropyWithLogits(), Toy.Points());

        Assert.That(history.Warnings.Select(warning => warning.Kind), Is.EqualTo([WarningKind.OutputsAreProbabilities]));
        Assert.That(history.Warnings[0].Message, Does.Contain("as after a sigmoid"));
    }

    [Test]
    public void A_model_that_ends_in_a_softmax_is_a_warning_at_the_start()
    {
        var history = Fit(
            Topped.With(3, logits => nn.functional.softmax(logits, 1)), Losses.CategoricalCrossEntropy(), new Classed(9, "a", "b", "c"));

        Assert.That(history.Warnings.Select(warning => warning.Kind), Is.EqualTo([WarningKind.OutputsAreProbabilities]));
        Assert.That(history.Warnings[0].Message, Does.Contain("as after a softmax"));
    }

    [Test]
    public void Logits_that_happen_to_lie_between_0_and_1_are_no_warning()
    {
        using var model = Topped.With(1);
        using (torch.no_grad())
        {
            model.head.weight!.zero_();
            model.head.bias!.fill_(0.5);
        }

        Assert.That(Fit(model, Losses.BinaryCrossEntropyWithLogits(), Toy.Points()).Warnings, Is.Empty);
    }

    // 33 samples: the second batch has one.
    [TestCase(33, 32)]
    [TestCase(2, 1)]
    public void A_batch_of_one_under_a_layer_that_normalizes_by_it_is_an_error_before_the_first_step(int samples, int batchSize)
    {
        using var model = NormedHead.Seeded();
        var before = Toy.Weights(model);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var options = Toy.Quiet with { BatchSize = batchSize };

        Assert.That(
            () => compiled.Fit(Toy.Points(samples), options),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "A batch has one sample, and layer 'head.norm' (BatchNorm1d) normalizes by the batch: the variance of one value is not a "
                    + "number. Set DropLast, which leaves a last batch of fewer samples out, or another BatchSize."));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
        Assert.That(() => compiled.Fit(Toy.Points(33), Toy.Quiet with { DropLast = true }), Throws.Nothing);
    }

    [Test]
    public void A_batch_of_one_that_comes_of_itself_is_an_error_and_leaves_the_statistics()
    {
        using var model = NormedHead.Seeded();
        var before = Toy.Weights(model);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());

        Assert.That(
            () => compiled.TrainStep(torch.randn(1, 4), torch.ones(1)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("layer 'head.norm'"));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void A_batch_of_one_is_nothing_to_a_layer_in_inference_mode_or_with_several_values()
    {
        using var frozen = Mlp.Seeded();
        frozen.FreezeBackbone();
        using var pictures = TrainedPictures.Seeded();

        Assert.That(
            () => frozen.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(33), Toy.Quiet),
            Throws.Nothing);
        Assert.That(
            () => pictures
                .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
                .Fit(new InMemoryDataset(torch.randn(3, 3, 4, 4), torch.ones(3)), Toy.Quiet with { BatchSize = 2 }),
            Throws.Nothing);
    }

    [Test]
    public void Running_statistics_that_stop_being_finite_are_an_error_that_names_them_and_are_what_they_were()
    {
        using var model = NormedHead.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1e-3), new Bounded());
        var before = Toy.Weights(model);

        // Values whose squares overflow: the answer is finite, but the variance is not.
        Assert.That(
            () => compiled.TrainStep(torch.randn(8, 4) * 1e30f, torch.ones(8)),
            Throws.TypeOf<NonFiniteException>().With.Message.StartsWith("The buffer head.norm.running_var is no longer finite"));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void A_loss_that_is_not_finite_leaves_running_statistics_as_they_were()
    {
        using var model = NormedHead.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var before = Toy.Weights(model);

        Assert.That(() => compiled.TrainStep(torch.full(new long[] { 8, 4 }, float.NaN), torch.ones(8)),
            Throws.TypeOf<NonFiniteException>());
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void An_input_of_another_width_names_the_layer_and_no_line_of_libtorch()
    {
        using var model = Topped.With(1);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        const string Sentence =
            "Topped cannot be computed of an input of shape [2, 5] and type Float32: layer 'backbone' (Linear) got one of shape [2, 5] and "
                + "type Float32; mat1 and mat2 shapes cannot be multiplied (2x5 and 4x4). Compare the shape and the type of a sample with "
                + "what the model takes.";

        Assert.That(
            () => compiled.Fit(Toy.Points(features: 5), Toy.Quiet), Throws.TypeOf<FineTuneException>().With.Message.EqualTo(Sentence));
        Assert.That(() => compiled.Predict(torch.randn(2, 5)), Throws.TypeOf<FineTuneException>().With.Message.EqualTo(Sentence));
        Assert.That(
            () => compiled.TrainStep(torch.randn(2, 5), torch.ones(2)), Throws.TypeOf<FineTuneException>().With.Message.EqualTo(Sentence));
        Assert.That(
            () => model.FineTune(Toy.Points(features: 5), Toy.Points(features: 5), new() { Fit = Toy.Quiet }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("layer 'backbone' (Linear) got one of shape [1, 5]"));
    }

    // TorchSharp counts them itself, before libtorch does.
    [Test]
    public void An_input_of_other_channels_names_the_layer_as_well()
    {
        using var model = TrainedPictures.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var pictures = torch.randn(2, 4, 4, 4);
        const string Beginning =
            "TrainedPictures cannot be computed of an input of shape [2, 4, 4, 4] and type Float32: layer 'backbone' (Conv2d) got one of "
                + "shape [2, 4, 4, 4] and type Float32; ";

        Assert.That(
            () => compiled.Fit(new InMemoryDataset(pictures, torch.ones(2)), Toy.Quiet),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(Beginning));
        Assert.That(() => compiled.Predict(pictures), Throws.TypeOf<FineTuneException>().With.Message.StartsWith(Beginning));
        Assert.That(
            () => compiled.TrainStep(pictures, torch.ones(2)), Throws.TypeOf<FineTuneException>().With.Message.StartsWith(Beginning));
    }

    [TestCase(ScalarType.Float64)]
    [TestCase(ScalarType.Byte)]
    [TestCase(ScalarType.Float16)]
    public void Inputs_are_converted_to_what_the_model_computes_in(ScalarType type)
    {
        var inputs = torch.randint(0, 5, [48, 4]);
        var targets = torch.ones(48);

        Assert.That(Loss(inputs.to_type(type)), Is.EqualTo(Loss(inputs.to_type(ScalarType.Float32))));

        double Loss(Tensor input)
        {
            using var model = Topped.With(1);
            var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
            var history = compiled.Fit(new InMemoryDataset(input, targets), Toy.Quiet);
            using var answer = compiled.Predict(input);
            return history["loss"][0] + answer.sum().ToDouble();
        }
    }

    [Test]
    public void Whole_numbers_of_64_bits_may_be_tokens_and_are_not_converted() =>
        Assert.That(
            () => Fit(Topped.With(1), Losses.BinaryCrossEntropyWithLogits(), new InMemoryDataset(
                torch.ones(new long[] { 4, 4 }, ScalarType.Int64), torch.ones(4))),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("type Int64").And.Message.Not.Contains("\n"));

    [Test]
    public void An_own_loss_that_compares_each_with_each_is_an_error() =>
        Assert.That(
            () => Fit(Topped.With(1), new MeanAbsoluteError(), Toy.Points()),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(
                "an output of shape [2, 1] and a target of shape [2] are compared each with each"));

    [Test]
    public void An_own_metric_that_compares_each_with_each_is_an_error()
    {
        using var model = Topped.With(1);
        var compiled = model.Compile(Optimizers.SGD(0.01), Losses.BinaryCrossEntropyWithLogits(), new Distance());

        Assert.That(() => compiled.Fit(Toy.Points(), Toy.Quiet), Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
            "The metric distance of two samples is not the mean of theirs: an output of shape [2, 1] and a target of shape [2]"));
    }

    [Test]
    public void What_libtorch_says_of_an_own_loss_or_metric_comes_with_its_name_and_shapes()
    {
        using var model = Topped.With(2);
        var data = new InMemoryDataset(torch.randn(4, 4), torch.ones(4, 3));
        var withLoss = model.Compile(Optimizers.SGD(0.01), new MeanAbsoluteError());
        var withMetric = model.Compile(Optimizers.SGD(0.01), new Bounded(), new Distance());

        Assert.That(() => withLoss.Fit(data, Toy.Quiet), Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
            "The loss mean_absolute_error cannot be computed of an output of shape [2, 2] and type Float32 and a target of shape [2, 3]")
            .And.Message.Not.Contains("\n"));
        Assert.That(() => withMetric.Evaluate(data), Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
            "The metric distance cannot be computed of an output of shape [4, 2] and type Float32 and a target of shape [4, 3]")
            .And.Message.Not.Contains("\n"));
    }

    [Test]
    public void An_own_loss_that_takes_such_shapes_rightly_is_none() =>
        Assert.That(() => Fit(Topped.With(1, output => output.squeeze(1)), new MeanAbsoluteError(), Toy.Points()), Throws.Nothing);

    [Test]
    public void What_was_looked_at_first_is_not_read_again()
    {
        var data = new Counted(Toy.Points());
        using var model = Mlp.Seeded();
        model.FreezeBackbone();

        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(data, Toy.Quiet);

        Assert.That(data.Read(), Is.EqualTo(48 + 2));
    }

    [Test]
    public void A_model_that_is_disposed_says_so()
    {
        var model = Topped.With(1);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        model.Dispose();

        Assert.That(() => compiled.Fit(Toy.Points(), Toy.Quiet), Throws.Exception.With.Message.Contains("disposed"));
        Assert.That(() => compiled.Predict(torch.randn(2, 4)), Throws.Exception.With.Message.Contains("disposed"));
    }

    private static History Fit(Topped model, Loss loss, IDataset data, IDataset? validation = null)
    {
        using var owned = model;
        return model.Compile(Optimizers.SGD(0.01), loss).Fit(data, Toy.Quiet with { ValidationData = validation });
    }

    private sealed class MeanAbsoluteError() : Loss("mean_absolute_error")
    {
        public override Tensor PerSample(Tensor output, Tensor target) =>
            (output - target).abs() is var all && all.dim() > 1 ? all.flatten(1).mean([1]) : all;
    }

    private sealed class Distance() : MeanMetric("distance", MetricDirection.LowerIsBetter)
    {
        protected override Tensor PerSample(Tensor output, Tensor target) => (output - target).abs().flatten(1).mean([1]);
    }

    /// <summary>A loss that is finite whatever the answer is.</summary>
    private sealed class Bounded() : Loss("bounded")
    {
        public override Tensor PerSample(Tensor output, Tensor target) => nan_to_num(output, 0, 0, 0).flatten(1).mean([1]).tanh();
    }

    private sealed class Counted(IDataset data) : IDataset
    {
        private int reads;

        public int Count => data.Count;

        public int Read() => reads;

        public Sample Read(int index, Random random)
        {
            Interlocked.Increment(ref reads);
            return data.Read(index, random);
        }
    }
}
