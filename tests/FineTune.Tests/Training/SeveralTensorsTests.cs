using FineTune.Data;
using FineTune.Tests.Models;
using NUnit.Framework.Constraints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Models of several inputs and outputs: everything that a model of one has.</summary>
public sealed class SeveralTensorsTests
{
    private static readonly Loss Both = Losses.Weighted(
        ("class", Losses.CategoricalCrossEntropy(), 1.0), ("score", Losses.MeanSquaredError(), 0.5));

    private static FitOptions Options => Toy.Quiet with { BatchSize = 5, Shuffle = false };

    [TestCase(FeatureStorage.Off)]
    [TestCase(FeatureStorage.Memory)]
    public void Fit_has_the_losses_of_a_loop_by_hand_in_both_phases(FeatureStorage storage)
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        model.TraceLayers(First(data));
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1, momentum: 0.9), Both, Metrics.CategoricalAccuracy().On("class"));
        var options = Options with { Epochs = 3, FeatureCache = new() { Storage = storage } };
        var head = compiled.Fit(data, options);
        model.UnfreezeLast(1);
        var fine = model.Recompile().Fit(data, options with { InitialEpoch = 3, Epochs = 5 });

        using var byHand = Reader.Seeded();
        List<double> expected = [.. ByHand(byHand, data, 3, 0.1, false), .. ByHand(byHand, data, 2, 0.01, true)];
        Assert.That(head["loss"].Concat(fine["loss"]), Toy.AgreesWith(expected));
        Assert.That(head.FeatureCaches[0].Reused, storage == FeatureStorage.Off ? Is.Zero : Is.EqualTo(48));
    }

    [Test]
    public void History_has_each_loss_by_itself_and_metrics_by_output()
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        var compiled = model.Compile(
            Optimizers.SGD(0.05), Both, Metrics.CategoricalAccuracy().On("Class"), Metrics.MeanAbsoluteError().On("score"));

        var history = compiled.Fit(data, Options with { ValidationData = data, Epochs = 1 });
        var evaluation = compiled.Evaluate(data, batchSize: 7);

        Assert.That(
            history.Records[0].Metrics.Keys.Take(5),
            Is.EqualTo(["loss", "class_loss", "score_loss", "class_accuracy", "score_mean_absolute_error"]));
        Assert.That(history["loss"][0], Is.EqualTo(history["class_loss"][0] + 0.5 * history["score_loss"][0]).Within(1e-6));
        Assert.That(evaluation.Loss, Is.EqualTo(history["val_loss"][0]).Within(1e-6), "whatever the size of a batch");
        Assert.That(evaluation["class_accuracy"], Is.EqualTo(history["val_class_accuracy"][0]));

        using var outputs = compiled.PredictAll(data);
        using var all = Whole(data);
        var right = outputs[0].argmax(1).eq(all.Targets[0]).to_type(ScalarType.Float64).mean().ToDouble();
        Assert.That(evaluation["class_accuracy"], Is.EqualTo(right).Within(1e-9));
        Assert.That(
            evaluation["score_loss"],
            Is.EqualTo((outputs[1].squeeze(1) - all.Targets[1]).square().mean().ToDouble()).Within(1e-6));
    }

    [Test]
    public void Losses_without_names_are_those_of_the_outputs_in_their_order()
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        using var named = model.Compile(Optimizers.SGD(0.05), Both).PredictAll(First(data));
        var positional = model.Compile(
            Optimizers.SGD(0.05), Losses.Weighted((Losses.CategoricalCrossEntropy(), 1.0), (Losses.MeanSquaredError(), 0.5)));

        Assert.That(positional.Evaluate(data).Metrics.Keys, Is.EqualTo(["class_loss", "score_loss"]), "named as the outputs are");
        Assert.That(positional.Evaluate(data).Loss, Is.EqualTo(model.Compile(Optimizers.SGD(0.05), Both).Evaluate(data).Loss));
    }

    [Test]
    public void Output_without_a_loss_is_not_trained_on_and_targets_follow_the_losses()
    {
        using var model = Reader.Seeded();
        using var all = Whole(Reader.Sentences());
        var scores = new InMemoryDataset(all.Inputs, all.Targets[1]);
        var compiled = model.Compile(Optimizers.SGD(0.05), Losses.Weighted(("score", Losses.MeanSquaredError(), 2.0)));
        var before = Toy.Weights(model);

        var history = compiled.Fit(scores, Options);

        Assert.That(history["loss"][0], Is.EqualTo(2 * history["score_loss"][0]).Within(1e-6));
        var changed = Toy.Changed(before, Toy.Weights(model));
        Assert.That(changed, Does.Contain("score.weight").And.Contain("tokens.weight").And.No.Member("classes.weight"));
    }

    [Test]
    public void Ignored_targets_count_in_no_term()
    {
        using var model = Reader.Seeded();
        using var all = Whole(Reader.Sentences(count: 8));
        var some = all.Targets[0].clone();
        some[0] = torch.tensor(-100L);
        some[3] = torch.tensor(-100L);
        var data = new InMemoryDataset(all.Inputs, [some, all.Targets[1]]);
        var compiled = model.Compile(Optimizers.SGD(0.05), Both, Metrics.CategoricalAccuracy().On("class"));

        var evaluation = compiled.Evaluate(data, batchSize: 8);

        using var outputs = compiled.PredictAll(all.Inputs);
        var counted = some.ne(-100L);
        var byHand = functional.cross_entropy(outputs[0][counted], some[counted]).ToDouble();
        Assert.That(evaluation["class_loss"], Is.EqualTo(byHand).Within(1e-6));
        Assert.That(evaluation.Loss, Is.EqualTo(byHand + 0.5 * evaluation["score_loss"]).Within(1e-6));
    }

    [Test]
    public void Resumed_run_ends_with_the_bits_of_one_that_was_not_stopped([Values(2, 7)] int stopAt)
    {
        using var folder = new TemporaryFolder();
        var whole = Train(null, null);
        Assert.That(Train(folder.Path, stopAt), Is.Null);
        Assert.That(Train(folder.Path, null), Is.EqualTo(whole));

        static string? Train(string? folder, int? stopAt)
        {
            using var model = Reader.Seeded();
            using var cancellation = new CancellationTokenSource();
            var batches = 0;
            var stop = new Recorder
            {
                AtBatchEnd = _ =>
                {
                    if (++batches == stopAt)
                    {
                        cancellation.Cancel();
                    }
                },
            };
            model.FreezeBackbone();
            var history = model.Compile(Optimizers.Adam(0.01), Both, Metrics.CategoricalAccuracy().On("class")).Fit(
                Reader.Sentences(),
                Options with
                {
                    Epochs = 2,
                    Shuffle = true,
                    Callbacks = [stop],
                    CancellationToken = cancellation.Token,
                    Backup = folder is null ? null : new Backup(folder, everyBatches: 1),
                });
            return history.Outcome.Reason == StopReason.Cancelled
                ? null
                : string.Join(
                    ' ', Toy.Weights(model).SelectMany(named => named.Value).Concat(history["class_loss"].Select(loss => (float)loss)));
        }
    }

    [Test]
    public void Layers_are_counted_in_the_order_in_which_a_batch_of_several_inputs_runs_them()
    {
        using var model = Reader.Seeded();
        Assert.That(model.Layers.Select(layer => layer.Name), Is.EqualTo(["mixer.fc1", "mixer.tanh", "mixer.drop", "mixer.fc2", "tokens"]));

        model.TraceLayers(First(Reader.Sentences()));

        Assert.That(model.Layers.Select(layer => layer.Name), Is.EqualTo(["tokens", "mixer.fc1", "mixer.tanh", "mixer.drop", "mixer.fc2"]));
        Assert.That(model.Layers.IsInForwardOrder);
    }

    [Test]
    public void Summary_takes_a_batch_of_several_inputs()
    {
        using var model = Reader.Seeded();

        var summary = model.Summary(First(Reader.Sentences()));

        Assert.That(summary.Layers.Select(layer => layer.Name).First(), Is.EqualTo("tokens"));
        Assert.That(summary.Layers.Single(layer => layer.Name == "score").Output, Is.EqualTo(new long[] { 3, 1 }));
    }

    [Test]
    public void Recipe_trains_both_phases_with_a_stated_loss()
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();

        var result = model.FineTune(data, data, new() { Loss = Both, HeadEpochs = 2, FineTuneEpochs = 2, Fit = Toy.Quiet });

        Assert.That(result.Head["class_loss"], Has.Count.EqualTo(2));
        Assert.That(result.FineTune!["val_score_loss"], Has.Count.EqualTo(2));
    }

    [Test]
    public void Recipe_does_not_guess_the_loss_of_several_outputs()
    {
        using var model = Reader.Seeded();

        Assert.That(
            () => model.FineTune(Reader.Sentences(), Reader.Sentences()),
            Refused("The loss cannot be told from 2 outputs and 2 targets of a sample. State it in FineTuneOptions.Loss"));
    }

    [Test]
    public void Step_of_a_loop_of_ones_own_takes_several_tensors()
    {
        using var model = Reader.Seeded();
        using var byHand = Reader.Seeded();
        model.eval();
        using var batch = Whole(Reader.Sentences());
        var compiled = model.Compile(Optimizers.SGD(0.1), Both);

        torch.manual_seed(3);
        var step = compiled.TrainStep(batch);
        torch.manual_seed(3);

        Assert.That(step.Loss, Is.EqualTo(LossByHand(byHand, batch).ToDouble()).Within(1e-6));
    }

    [Test]
    public void Loss_of_ones_own_looks_at_all_outputs_together()
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        var compiled = model.Compile(Optimizers.SGD(0.05), new Agreement());
        using var outputs = compiled.PredictAll(data);

        var byHand = (outputs[0].sum(1) - outputs[1].squeeze(1)).square().mean().ToDouble();

        Assert.That(compiled.Evaluate(data).Loss, Is.EqualTo(byHand).Within(1e-6));
        Assert.That(compiled.Fit(data, Options with { Epochs = 5 })["loss"], Is.Ordered.Descending);
    }

    [Test]
    public void Classes_are_counted_of_the_output_that_a_cross_entropy_compares()
    {
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        var compiled = model.Compile(Optimizers.SGD(0.05), Both, Metrics.CategoricalAccuracy().On("class"));

        Assert.That(Right(compiled.ConfusionMatrix(data)) / 24.0, Is.EqualTo(compiled.Evaluate(data)["class_accuracy"]).Within(1e-9));
        Assert.That(
            () => model.Compile(Optimizers.SGD(0.05), new Agreement()).ConfusionMatrix(data),
            Refused("does not say which one of the model's outputs is that of classes"));
    }

    [Test]
    public void Report_has_the_curve_of_each_loss_and_the_confusion_of_the_classes()
    {
        using var folder = new TemporaryFolder();
        using var model = Reader.Seeded();
        var data = Reader.Sentences();
        var compiled = model.Compile(Optimizers.SGD(0.05), Both);
        compiled.Fit(data, Options with { ValidationData = data });

        compiled.WriteReport(folder["run.html"]);

        var page = File.ReadAllText(folder["run.html"]);
        Assert.That(page, Does.Contain("<title>class_loss</title>").And.Contain("<title>score_loss</title>"));
        Assert.That(page, Does.Contain("<h2>Confusion</h2>").And.Contain("<td>score</td><td>Linear</td><td>1&#215;1</td>"));
    }

    [Test]
    public void Manifest_has_the_names_of_inputs_and_outputs()
    {
        using var model = Reader.Seeded();

        Assert.That(model.Manifest.Inputs, Is.EqualTo(["ids", "mask"]));
        Assert.That(model.Manifest.Outputs, Is.EqualTo(["Class", "Score"]));
        Assert.That(model.Manifest.ToString(), Does.Contain("takes ids, mask; answers Class, Score"));
        Assert.That(model.Manifest, Is.Not.EqualTo(model.Manifest with { Outputs = ["Class", "Other"] }));
    }

    [Test]
    public void What_does_not_fit_is_said_before_the_first_step()
    {
        using var model = Reader.Seeded();
        using var all = Whole(Reader.Sentences());
        var before = Toy.Weights(model);

        Assert.That(
            () => Fit(new InMemoryDataset(all.Inputs[0], all.Targets), Both),
            Refused("Reader takes 2 inputs (ids, mask), but is given 1. A sample has as many, in that order"));
        Assert.That(
            () => Fit(new InMemoryDataset(all.Inputs, all.Targets[0]), Both),
            Refused("Losses.Weighted has 2 losses (class, score), but a sample has 1 target; each loss needs one"));
        Assert.That(
            () => Fit(new InMemoryDataset(all.Inputs, all.Targets), Losses.CategoricalCrossEntropy()),
            Refused("The model gives 2 outputs, but categorical_cross_entropy looks at one. Say what each is compared by"));
        Assert.That(
            () => Fit(new InMemoryDataset(all.Inputs, [all.Targets[0] + 3, all.Targets[1]]), Both),
            Refused("The target for 'class' of sample").With.Message.Contains("expected the number of a class from 0 to 2"));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);

        void Fit(IDataset data, Loss loss) => model.Compile(Optimizers.SGD(0.1), loss).Fit(data, Options);
    }

    [Test]
    public void Names_that_no_output_has_are_said_at_the_compile()
    {
        using var model = Reader.Seeded();
        using var single = Mlp.Seeded();

        Assert.That(
            () => model.Compile(Optimizers.SGD(0.1), Losses.Weighted(("klass", Losses.CategoricalCrossEntropy(), 1.0))),
            Refused("Losses.Weighted names the output 'klass', but the model's outputs are called Class, Score."));
        Assert.That(
            () => model.Compile(Optimizers.SGD(0.1), Both, Metrics.CategoricalAccuracy().On("box")),
            Refused("The metric box_accuracy is that of the output 'box', but the loss compares class, score"));
        Assert.That(
            () => single.Compile(Optimizers.SGD(0.1), Both),
            Refused("the model's outputs have no names. Let forward return a tuple with named elements"));
    }

    [Test]
    public void Metric_of_one_output_says_that_it_needs_to_know_which()
    {
        using var model = Reader.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Both, Metrics.CategoricalAccuracy());

        Assert.That(() => compiled.Evaluate(Reader.Sentences()), Refused("Say which with metric.On(\"name\")"));
    }

    [Test]
    public void Prediction_of_one_tensor_names_the_one_of_several()
    {
        using var model = Reader.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1), Both);

        Assert.That(() => compiled.Predict(Reader.Sentences()), Refused("The model gives 2 outputs; PredictAll(data) returns them all."));
        Assert.That(() => compiled.Predict(torch.zeros(2, 6)), Refused("Reader takes 2 inputs (ids, mask), but is given 1."));
    }

    [Test]
    public void Model_compiled_without_a_loss_says_so_where_one_is_needed()
    {
        using var model = Reader.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.1));

        Assert.That(() => compiled.Fit(Reader.Sentences(), Options), Refused("The model was compiled without a loss. Give Compile one"));
        Assert.That(compiled.TrainStep(() => model.call(torch.ones(2, 6, torch.int64), torch.ones(2, 6)).Score.sum()).Loss, Is.Not.NaN);
    }

    [Test]
    public void Weighted_losses_are_checked_when_they_are_stated()
    {
        Assert.That(() => Losses.Weighted(new (string, Loss, double)[0]), Throws.ArgumentException);
        Assert.That(
            () => Losses.Weighted(("a", Losses.MeanSquaredError(), -1)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => Losses.Weighted(("a", Losses.MeanSquaredError(), 1), ("A", Losses.MeanSquaredError(), 1)),
            Throws.ArgumentException.With.Message.Contains("The output 'a' stands twice"));
        Assert.That(() => Losses.Weighted((Both, 1.0)), Throws.ArgumentException.With.Message.Contains("looks at several outputs"));
        Assert.That(
            Both.ToString(),
            Does.StartWith("1 × class: categorical_cross_entropy(").And.EndsWith(" + 0.5 × score: mean_squared_error"));
    }

    [Test]
    public void Samples_of_a_batch_have_as_many_tensors_each()
    {
        var loader = new BatchLoader(new Uneven(), new BatchOptions { BatchSize = 2, Shuffle = false, Workers = 0 });

        Assert.That(
            () => loader.Epoch(0).First(),
            Refused("sample 1 has 2 inputs, but sample 0, in the same batch, has 1; all must have as many."));
    }

    [Test]
    public void Sample_of_several_says_so_where_one_is_asked_for() =>
        Assert.That(
            () => new Sample([torch.ones(1), torch.ones(1)], torch.ones(1)).Input,
            Throws.InvalidOperationException.With.Message.EqualTo("There are 2 inputs, not one; take Inputs."));

    private static Constraint Refused(string message) => Throws.TypeOf<FineTuneException>().With.Message.Contains(message);

    private static long Right(ConfusionMatrix matrix) => Enumerable.Range(0, matrix.Classes).Sum(number => matrix[number, number]);

    private static Tensors First(IDataset data) =>
        new BatchLoader(data, new() { BatchSize = 3, Shuffle = false, Workers = 0 }).Epoch(0).First().Inputs;

    private static Batch Whole(IDataset data) =>
        new BatchLoader(data, new() { BatchSize = data.Count, Shuffle = false, Workers = 0 }).Epoch(0).Single();

    private static Tensor LossByHand(Reader model, Batch batch)
    {
        var (classes, score) = model.call(batch.Inputs[0], batch.Inputs[1]);
        return functional.cross_entropy(classes, batch.Targets[0]) + 0.5 * functional.mse_loss(score.squeeze(1), batch.Targets[1]);
    }

    // Dropout is off before what trains.
    private static List<double> ByHand(Reader model, IDataset data, int epochs, double rate, bool last)
    {
        foreach (var parameter in model.tokens.parameters().Concat(model.mixer.parameters()))
        {
            parameter.requires_grad = false;
        }

        foreach (var parameter in last ? model.mixer.named_children().Last().module.parameters() : [])
        {
            parameter.requires_grad = true;
        }

        model.mixer.eval();
        var optimizer = new SGD(
            model.parameters().Where(parameter => parameter.requires_grad).ToList(), rate, momentum: 0.9);
        var losses = new List<double>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var (sum, count) = (0.0, 0);
            foreach (var batch in new BatchLoader(data, new() { BatchSize = 5, Shuffle = false, Workers = 0 }).Epoch(epoch))
            {
                using var scope = torch.NewDisposeScope();
                optimizer.zero_grad();
                var loss = LossByHand(model, batch);
                loss.backward();
                optimizer.step();
                sum += loss.ToDouble() * batch.Count;
                count += batch.Count;
            }

            losses.Add(sum / count);
        }

        return losses;
    }

    private sealed class Agreement() : JointLoss("agreement")
    {
        public override Tensor PerSample(Tensors outputs, Tensors targets) => (outputs[0].sum(1) - outputs[1].squeeze(1)).square();
    }

    private sealed class Uneven : IDataset
    {
        public int Count => 2;

        public Sample Read(int index, Random random) => index == 0
            ? new(torch.ones(1), torch.ones(1))
            : new([torch.ones(1), torch.ones(1)], torch.ones(1));
    }
}
