using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class MetricTests
{
    [Test]
    public void Binary_accuracy_takes_logits_and_the_threshold_is_a_probability()
    {
        var output = torch.tensor(new[] { 0.1f, -0.1f, 1f, 2f }).reshape(4, 1);
        var target = torch.tensor(new[] { 1f, 0f, 0f, 1f });

        Assert.That(Of(Metrics.BinaryAccuracy(), (output, target)), Is.EqualTo(0.75));
        Assert.That(Of(Metrics.BinaryAccuracy(threshold: 0.8), (output, target)), Is.EqualTo(0.75));
        Assert.That(Of(Metrics.BinaryAccuracy(threshold: 0.9), (output, target)), Is.EqualTo(0.5));
    }

    [Test]
    public void Categorical_accuracy_takes_class_indices_or_probabilities()
    {
        var output = torch.tensor(new[] { 1f, 2f, 3f, 3f, 2f, 1f }).reshape(2, 3);

        Assert.That(Of(Metrics.CategoricalAccuracy(), (output, torch.tensor(new[] { 2L, 1L }))), Is.EqualTo(0.5));
        Assert.That(
            Of(Metrics.CategoricalAccuracy(), (output, torch.tensor(new[] { 0f, 0f, 1f, 0f, 1f, 0f }).reshape(2, 3))),
            Is.EqualTo(0.5));
    }

    [TestCase(1, 0.25)]
    [TestCase(2, 0.5)]
    [TestCase(3, 0.75)]
    [TestCase(9, 1)]
    public void Top_k_accuracy_counts_the_wanted_class_among_the_k_highest(int k, double expected)
    {
        var output = torch.tensor(new[] { 4f, 3f, 2f, 1f }).reshape(1, 4).expand(4, 4);

        Assert.That(Of(Metrics.TopKAccuracy(k), (output, torch.tensor(new[] { 0L, 1L, 2L, 3L }))), Is.EqualTo(expected));
    }

    [Test]
    public void A_metric_is_exact_over_batches_of_unequal_size()
    {
        var right = (torch.ones(9), torch.ones(9));
        var wrong = (torch.ones(1), torch.zeros(1));

        Assert.That(Of(Metrics.BinaryAccuracy(), right, wrong), Is.EqualTo(0.9));
    }

    [Test]
    public void A_metric_of_nothing_is_not_a_number() =>
        Assert.That(Of(Metrics.BinaryAccuracy()), Is.NaN);

    [Test]
    public void Precision_recall_and_F1_follow_from_what_was_counted()
    {
        // 3 right, 1 wrongly taken, 2 missed, 2 rightly left.
        var batch = (torch.tensor(new[] { 1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f }), torch.tensor(new[] { 1f, 1f, 1f, 0f, 1f, 1f, 0f, 0f }));

        Assert.That(Of(Metrics.Precision(), batch), Is.EqualTo(3.0 / 4));
        Assert.That(Of(Metrics.Recall(), batch), Is.EqualTo(3.0 / 5));
        Assert.That(Of(Metrics.F1(), batch), Is.EqualTo(6.0 / 9));
    }

    [Test]
    public void Micro_counts_every_sample_the_same_and_macro_every_class()
    {
        var output = nn.functional.one_hot(torch.tensor(new[] { 0L, 0L, 0L, 1L, 2L }), 3).to_type(ScalarType.Float32);
        var target = torch.tensor(new[] { 0L, 0L, 1L, 1L, 1L });

        // Precision by class: 2/3, 1/1, 0/1. Recall by class: 2/2, 1/3, none.
        Assert.That(Of(Metrics.Precision(Averaging.Micro), (output, target)), Is.EqualTo(3.0 / 5));
        Assert.That(Of(Metrics.Precision(Averaging.Macro), (output, target)), Is.EqualTo((2.0 / 3 + 1 + 0) / 3));
        Assert.That(Of(Metrics.Recall(Averaging.Macro), (output, target)), Is.EqualTo((1 + 1.0 / 3 + 0) / 3));
        Assert.That(() => Of(Metrics.Recall(), (output, target)), Throws.TypeOf<FineTuneException>().With.Message.Contains("Averaging"));
    }

    [Test]
    public void The_area_under_the_curve_is_exact_ties_counting_half()
    {
        // Of the four pairs of a positive and a negative, two are in order, one is tied, one is not in order.
        var first = (torch.tensor(new[] { 0.1f, 0.4f }), torch.tensor(new[] { 0f, 1f }));
        var second = (torch.tensor(new[] { 0.4f, 0.9f }), torch.tensor(new[] { 0f, 1f }));
        var third = (torch.tensor(new[] { 0.4f, 0.2f }), torch.tensor(new[] { 0f, 1f }));

        Assert.That(Of(Metrics.AUC(), first, second), Is.EqualTo(3.5 / 4));
        Assert.That(Of(Metrics.AUC(), first, third), Is.EqualTo(2.5 / 4));
        Assert.That(Of(Metrics.AUC(), (torch.ones(3), torch.ones(3))), Is.NaN);
    }

    [Test]
    public void Errors_are_means_over_all_elements()
    {
        var batch = (torch.tensor(new[] { 1f, 4f }).reshape(2, 1), torch.tensor(new[] { 2f, 2f }));

        Assert.That(Of(Metrics.MeanAbsoluteError(), batch), Is.EqualTo(1.5));
        Assert.That(Of(Metrics.MeanSquaredError(), batch), Is.EqualTo(2.5));
    }

    [Test]
    public void R_squared_is_one_minus_the_unexplained_variance_over_all_batches()
    {
        var first = (torch.tensor(new[] { 1f, 2f }), torch.tensor(new[] { 1f, 3f }));
        var second = (torch.tensor(new[] { 5f, 6f }), torch.tensor(new[] { 5f, 7f }));

        Assert.That(Of(Metrics.RSquared(), first, second), Is.EqualTo(1 - 2.0 / 20).Within(1e-12));
        Assert.That(Of(Metrics.RSquared(), (torch.ones(2), torch.ones(2))), Is.NaN);
    }

    [Test]
    public void A_confusion_matrix_counts_wanted_against_predicted()
    {
        using var model = Models.Mlp.Seeded(outputs: 3);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        using var inputs = torch.randn(20, 4);
        using var targets = torch.randint(0, 3, 20);
        var data = new InMemoryDataset(inputs, targets);

        var matrix = compiled.ConfusionMatrix(data, batchSize: 7);

        Assert.That(matrix.Classes, Is.EqualTo(3));
        Assert.That(matrix.Total, Is.EqualTo(20));
        Assert.That(
            Enumerable.Range(0, 3).Sum(matrix.TruePositives) / 20.0, Is.EqualTo(compiled.Evaluate(data)["accuracy"]).Within(1e-12));
        Assert.That(
            Enumerable.Range(0, 3).Sum(matrix.FalsePositives), Is.EqualTo(Enumerable.Range(0, 3).Sum(matrix.FalseNegatives)));
    }

    private static double Of(Metric metric, params (Tensor Output, Tensor Target)[] batches)
    {
        using var state = metric.Start();
        foreach (var (output, target) in batches)
        {
            state.Add(output, target);
        }

        return state.Value;
    }
}
