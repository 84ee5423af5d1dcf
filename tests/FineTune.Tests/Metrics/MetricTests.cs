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
